"""A real browser without a window: the Chromium of the system, driven by Playwright.

Chromium starts with the first test that opens a :class:`Tab` and ends after the last (see
``tests/conftest.py``): two seconds are not spent again for each test.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

Theme = Literal["light", "dark"]
Box = tuple[int, int]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP: Box = (1280, 800)
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
ZONE = "Europe/Paris"
PATIENCE_MS = 60_000  # a busy machine makes Vega and the typeface slowly: they give way to all else
_FLAGS = (
    "--no-sandbox",  # test machines run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--font-render-hinting=none",  # letters as wide on every machine
)
_ABORTED = "net::ERR_ABORTED"  # a stream or a picture of a page that was left: no fault
# axe leaves out WCAG 2.2's size of targets unless it is asked.
_AXE = """
async () => {
  const options = {preload: false, resultTypes: ["violations"],
                   rules: {"target-size": {enabled: true}}};
  const found = await axe.run(document, options);
  return found.violations.map(each =>
    [each.id, each.nodes.map(node => `${node.html} ${node.failureSummary}`)]);
}
"""
_UNTIL = """
() => new Promise(done => {
  const look = () => {
    if (%s) done(true);
    else if (performance.now() > end) done(false);
    else setTimeout(look, 10);
  };
  const end = performance.now() + %d;
  look();
})
"""
_WIDER = """
() => [...document.body.querySelectorAll("*")]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => `${each.tagName.toLowerCase()}.${each.className}`)
"""
_CUT_OFF = """
() => [document.documentElement, ...document.body.querySelectorAll("*")]
  .filter(each => each.checkVisibility() && each.clientWidth > 1
    && each.scrollWidth > each.clientWidth + 1
    && !(each instanceof SVGElement))
  .map(each => `${each.tagName.toLowerCase()}.${each.className} `
    + `${each.scrollWidth} in ${each.clientWidth}`)
"""


@dataclass
class Tab:
    """One page; ``page`` is Playwright's. Whatever the browser complains of is kept."""

    page: Page
    heard: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    """Status codes that the test asks for: a form refused, a page that is not there."""

    def open(self, url: str, *, settled: str = "true") -> None:
        """Load a page, and wait until a condition holds in it."""
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.ok or answer.status in self.expected, f"{url}: {answer.status}"
        self.until(settled)

    def until(self, condition: str, *, within_s: float = PATIENCE_MS / 1000) -> None:
        """Wait in the page until a JavaScript condition holds."""
        # Playwright's own way evaluates text again and again, which the pages' policy forbids.
        is_true = self.page.evaluate(_UNTIL % (condition, within_s * 1000))
        assert is_true, f"not within {within_s} s: {condition}"

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, awaited where it is a promise."""
        return self.page.evaluate(expression)

    def complaints(self) -> list[str]:
        """Return errors and warnings, failed requests, refused loads: what no page should have."""
        known = [f"status of {status}" for status in self.expected]
        return [each for each in self.heard if not any(words in each for words in known)]

    def violations(self) -> list[Any]:
        """Return what axe-core has against the page."""
        self.page.evaluate(f"{_axe_script()};0")
        found: list[Any] = self.page.evaluate(_AXE)
        return found

    def overflowing(self) -> list[str]:
        """Return what makes the page scroll sideways; nothing when it does not."""
        if self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            return []
        wider: list[str] = self.page.evaluate(_WIDER)
        return wider or ["the page"]

    def cut_off(self) -> list[str]:
        """Return what is wider than its place shows: on paper nobody can scroll."""
        found: list[str] = self.page.evaluate(_CUT_OFF)
        return found


class Browsing:
    """Chromium, and the tabs that one test has open."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None
        self._contexts: list[BrowserContext] = []
        self._tabs: list[Tab] = []

    def tab(
        self,
        *,
        theme: Theme = "light",
        language: str = "fr",
        size: Box = DESKTOP,
        has_scripts: bool = True,
        moment_ms: int | None = None,
    ) -> Tab:
        """Open a tab of its own, with nothing kept from others; ``moment_ms`` is its clock."""
        width, height = size
        context = self._started().new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=LANGUAGES[language],
            timezone_id=ZONE,
            java_script_enabled=has_scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        if moment_ms is not None:
            context.clock.set_fixed_time(moment_ms)
        self._contexts.append(context)
        tab = Tab(context.new_page())
        _listen(tab)
        self._tabs.append(tab)
        return tab

    def leave(self) -> list[str]:
        """Close all tabs; return what they complained of."""
        complaints = [each for tab in self._tabs for each in tab.complaints()]
        for context in self._contexts:
            context.close()
        self._contexts, self._tabs = [], []
        return complaints

    def close(self) -> None:
        """End the browser."""
        self.leave()
        self._open.close()
        self._browser = None

    def _started(self) -> Browser:
        if self._browser is None:
            assert CHROMIUM is not None, "install chromium"
            playwright = self._open.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_FLAGS])
            self._open.callback(self._browser.close)
        return self._browser


def address_of(tab: Tab) -> str:
    """Return path and query of the page that is open."""
    address: str = tab.page.evaluate("location.pathname + location.search")
    return address


def _listen(tab: Tab) -> None:
    def hear_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            tab.heard.append(f"console: {message.text} ({message.location['url']})")

    def hear_failure(request: Request) -> None:
        if request.failure != _ABORTED:
            tab.heard.append(f"request: {request.failure} ({request.url})")

    def hear_error(error: Error) -> None:
        tab.heard.append(f"exception: {error}")

    tab.page.on("console", hear_console)
    tab.page.on("requestfailed", hear_failure)
    tab.page.on("pageerror", hear_error)


@cache
def _axe_script() -> str:
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.submodule_search_locations is not None
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text()


Opening = Callable[..., Tab]
"""What tests open tabs with: :meth:`Browsing.tab`."""
