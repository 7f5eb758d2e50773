"""Guidelines as a page: Markdown without HTML, and nothing fetched from anywhere."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=64)
def rendered(text: str, top: int) -> str:
    """Safe HTML. Headings begin at level `top` and leave no level out; images are left as their words."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
    tokens = reader.parse(text)
    above: list[str] = []  # the headings that the present one stands under, by their level in the text
    for token in tokens:
        if token.type == "heading_open":
            above = [level for level in above if level < token.tag] + [token.tag]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, top - 1 + len(above))}"
        if token.attrs.pop("style", None) == "text-align:right":  # the policy allows no style in the text
            token.attrs["class"] = "n"
    return str(reader.renderer.render(tokens, reader.options, {}))
