"""The console's page, which stands for Blynk's app."""

from typing import Final

from playwright.async_api import Locator, Page, expect

_LIMIT: Final = 20_000.0


class ConsolePage:
    """Datastreams by their names."""

    def __init__(self, page: Page) -> None:
        """Work in a tab."""
        self.page = page

    async def to_front(self) -> None:
        """Look at this tab: one in the background is drawn once a second at best."""
        await self.page.bring_to_front()

    async def shows(self, name: str, value: str) -> None:
        """Wait until a datastream has a value."""
        shown = self._card(name).locator(".value")
        await expect(shown, f"{name} is {value}").to_contain_text(value, timeout=_LIMIT)

    async def switch(self, name: str) -> None:
        """Press a switch."""
        await self._card(name).get_by_role("switch").click()

    def _card(self, name: str) -> Locator:
        heading = self.page.get_by_role("heading", name=name, exact=True)
        return self.page.locator("article.card").filter(has=heading)
