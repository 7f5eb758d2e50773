"""What a real browser must never see on any page: a finding of axe, a word on the console, another host."""

from __future__ import annotations

from types import TracebackType
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def axe_findings(page: Page) -> list[str]:
    """What axe has to say of the page as it is shown now, a line each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{v['id']}: {node['html'][:160]} {node['failureSummary']}" for v in found for node in v["nodes"]]


def axe_in_both_schemes(page: Page) -> list[str]:
    """The same in light and dark; leaves the page light."""
    findings = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        findings += [f"{scheme}: {line}" for line in axe_findings(page)]
    return findings


class Watch:
    """`with Watch(page):` fails where the page wrote to the console, threw, or asked another host.

    `expected` are the statuses of answers that the test provokes: browser and htmx log each refused fetch.
    """

    def __init__(self, page: Page, expected: tuple[int, ...] = ()) -> None:
        self.page, self.expected = page, expected
        self.told: list[str] = []
        self.asked: set[str] = set()

    def __enter__(self) -> Watch:
        self.page.on("console", lambda message: self._note(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", self._asked)
        return self

    def _note(self, text: str) -> None:
        said = [f"{words} {status} " for words in ("status of", "Error Code") for status in self.expected]
        if not any(words in text for words in said):
            self.told.append(text)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss"):
            self.asked.add(address.hostname or "")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            assert self.told == [], self.told
            assert self.asked <= {"127.0.0.1"}
