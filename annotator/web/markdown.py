"""Guidelines as a page: Markdown without HTML, and nothing fetched from anywhere."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=64)
def rendered(text: str) -> str:
    """Safe HTML. Headings begin at the third level, below the page's own; images are left as their words."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        if token.attrs.pop("style", None) == "text-align:right":  # the policy allows no style in the text
            token.attrs["class"] = "n"
    return str(reader.renderer.render(tokens, reader.options, {}))
