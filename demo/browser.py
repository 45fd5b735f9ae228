"""Home Assistant's pages in a real Chromium: what a user does with them, by what a user reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import re
from typing import Self

from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    async_playwright,
)

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT = 30_000  # ms
LOOPBACK = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
WIDTH, HEIGHT = 1280, 900


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield the system's Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_FLAGS
        )
        try:
            yield browser
        finally:
            await browser.close()


class Frontend:
    """One browser tab with Home Assistant in it."""

    def __init__(self, page: Page, url: str, images: Path) -> None:
        """Keep where it is, and where its pictures go."""
        self.page = page
        self.url = url
        self.blocked: list[str] = []
        """Requests to other machines, none of which got anywhere."""
        self.console: list[str] = []
        """What the page has said, for who has to find out what went wrong."""
        self._images = images

    @classmethod
    async def open(cls, context: BrowserContext, url: str, images: Path) -> Self:
        """Open a tab that reaches this machine and no other."""
        page = await context.new_page()
        page.set_default_timeout(TIMEOUT)
        tab = cls(page, url, images)
        await page.route("**/*", tab._guard)
        page.on("console", lambda message: tab.console.append(message.text))
        return tab

    async def _guard(self, route: Route) -> None:
        """Let requests to this machine pass."""
        if route.request.url.startswith(LOOPBACK):
            await route.continue_()
            return
        self.blocked.append(route.request.url)
        await route.abort()

    async def log_in(self, username: str, password: str) -> None:
        """Type name and password into Home Assistant's login page."""
        await self.page.goto(self.url)
        await self.page.locator("input[name=username]").fill(username)
        await self.page.locator("input[name=password]").fill(password)
        await self.take("login")
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.locator("home-assistant-main").wait_for()

    async def go(self, path: str) -> None:
        """Open one of Home Assistant's pages."""
        await self.page.goto(f"{self.url}{path}")
        await self.page.locator("home-assistant-main").wait_for()

    async def take(self, name: str) -> None:
        """Take a picture of the whole window, once everything has come to rest."""
        await self.page.wait_for_function("document.fonts.status === 'loaded'")
        await self.page.wait_for_load_state("networkidle")
        await self.page.screenshot(
            path=self._images / f"journey-{name}.png", animations="disabled"
        )

    # --- Dialogs -------------------------------------------------------------------

    def field(self, label: str) -> Locator:
        """Return a text or number field of the dialog."""
        # Required ones have an asterisk behind their label.
        name = re.compile(rf"^{re.escape(label)}\s*\*?$")
        return self.page.get_by_role("textbox", name=name).or_(
            self.page.get_by_role("spinbutton", name=name)
        )

    async def press(self, name: str) -> None:
        """Press a button of the dialog."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def pick(self, picker: str, text: str) -> None:
        """Type into a picker with a search field, and take what it finds first."""
        await self.page.locator(picker).first.click()
        box = self.page.locator("ha-picker-combo-box")
        await box.locator("input").first.fill(text)
        await box.locator("ha-combo-box-item").filter(has_text=text).first.click()
        await box.first.wait_for(state="hidden")
        await self.page.locator(picker).get_by_text(text).first.wait_for()

    async def choose(self, label: str, option: str) -> None:
        """Choose an option of a select field."""
        await self.page.locator("ha-select").filter(has_text=label).first.click()
        await (
            self.page.get_by_role("option", name=option)
            .or_(self.page.get_by_role("menuitem", name=option))
            .first.click()
        )

    async def see(self, text: str) -> None:
        """Wait until a text is there for the user to read."""
        await self.page.get_by_text(text).first.wait_for()
