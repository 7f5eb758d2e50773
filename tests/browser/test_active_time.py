"""The time one works on a sentence: between signs of life, without pauses, sent with each gesture."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import select

from annotator.models import Revision
from tests.browser.desk import Office, sit_down


def measured(office: Office) -> list[int | None]:
    with office.session() as session:
        return list(session.scalars(select(Revision.active_ms).order_by(Revision.id)))


def seconds(page: Page, passing: float) -> None:
    """Time passes for the page, by a clock that the test holds."""
    page.evaluate("(seconds) => { window.late = (window.late ?? 0) + seconds * 1000; }", passing)


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_pauses_and_hidden_tabs_are_no_work(page: Page, address: str, office: Office) -> None:
    page.add_init_script(
        "const real = performance.now.bind(performance); performance.now = () => real() + (window.late ?? 0);"
    )
    hand = sit_down(page, address, office, 3)
    seconds(page, 20)
    hand.press("ArrowRight")
    seconds(page, 20)
    hand.press("f")
    hand.saved(1)
    seconds(page, 300)  # away, with the page open
    hand.press("ArrowRight")
    seconds(page, 5)
    hide(page, True)
    seconds(page, 25)  # in another tab
    hide(page, False)
    seconds(page, 4)
    hand.press("f")
    hand.saved(2)
    seconds(page, 12)
    hand.press("Shift+Enter")  # a look at the sentence before, which has its own time
    hand.on(2)
    seconds(page, 7)
    hand.press("n")
    hand.on(3)
    seconds(page, 3)
    hand.press("n")
    hand.settled()

    first, second, looked, third = (value or 0 for value in measured(office))
    assert 40_000 <= first < 50_000
    assert 9_000 <= second < 19_000
    assert 7_000 <= looked < 17_000
    assert 15_000 <= third < 25_000, "what was spent before the look back counts too"
