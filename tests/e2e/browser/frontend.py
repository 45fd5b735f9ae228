"""Home Assistant's pages, as far as the journey goes through them."""

from typing import Final

from playwright.async_api import Locator, Page, expect

from demo.home_assistant import PASSWORD, USERNAME

from .dialog import FlowDialog

DOMAIN: Final = "blynk_bridge"
NAME: Final = "Blynk Bridge"
_LIMIT: Final = 20_000.0
"""Milliseconds for a page to come, or for what has happened elsewhere to be seen."""

_RECONNECT_LIMIT: Final = 40_000.0
"""Milliseconds for a device that has failed a few times to try again."""


class Frontend:
    """What a person clicks on, by the words and the links of Home Assistant itself."""

    def __init__(self, page: Page) -> None:
        """Work in a tab."""
        self.page = page
        self.dialog = FlowDialog(page)
        page.set_default_timeout(_LIMIT)

    async def to_front(self) -> None:
        """Look at this tab: one in the background is drawn once a second at best."""
        await self.page.bring_to_front()

    async def type_login(self) -> None:
        """Fill in the form of the login page."""
        await self.page.locator("input[name=username]").fill(USERNAME)
        await self.page.locator("input[name=password]").fill(PASSWORD)

    async def log_in(self) -> None:
        """Press the button of the login page."""
        await self.page.get_by_role("button", name="Log in").click()
        await self._visible(self.page.locator("ha-sidebar"), "the sidebar")

    async def to_settings(self) -> None:
        """Go to the settings from wherever we are."""
        await self._follow("ha-sidebar a[href='/config']")
        await self._visible(
            self.page.locator("a[href='/config/integrations']"), "the settings"
        )

    async def to_integrations(self) -> None:
        """Go to Devices & services."""
        await self.to_settings()
        await self._follow("a[href='/config/integrations']")
        await self._visible(self._add_button, "the integrations")

    async def to_bridge(self) -> None:
        """Go to the page of the integration."""
        await self.to_integrations()
        await self._follow(f"a[href$='/integration/{DOMAIN}']")
        await self._visible(self.entry, "the integration's entry")

    async def to_device(self) -> None:
        """Go to the page of the bridge's device."""
        await self.to_bridge()
        await self.page.locator("ha-config-entry-device-row").first.click()
        await self._visible(self._diagnostic, "the device's connectivity")

    async def to_dashboard(self) -> None:
        """Go to the dashboard with the rooms."""
        await self._follow("ha-sidebar a[href^='/rooms-of-flat']")
        await self._visible(self.tile("Floor lamp"), "the dashboard")

    async def to_activity(self) -> None:
        """Go to the logbook."""
        await self._follow("ha-sidebar a[href='/logbook']")

    async def find_integration(self) -> Locator:
        """Look for the integration among all there are; return where it is listed."""
        await self._add_button.click()
        listed = self.page.locator("dialog-add-integration")
        await listed.locator("input").fill(NAME)
        found = listed.get_by_role("button", name=NAME)
        await self._visible(found, f"{NAME} among the integrations")
        return found

    async def add_subentry(self, label: str) -> None:
        """Start one of the flows that the integration's page offers."""
        await self.page.get_by_role("button", name=label).first.click()

    async def open_options(self) -> None:
        """Open the options of the entry."""
        await self.entry.get_by_role("button", name="Configure").first.click()

    async def delete_entry(self) -> None:
        """Ask for the entry to be deleted."""
        await self.entry.get_by_role("button", name="Menu").first.click()
        await (
            self.entry.locator("ha-dropdown-item").filter(has_text="Delete").first
        ).click()
        await self._visible(self.question.locator("dialog"), "the question")

    async def confirm(self) -> None:
        """Have the entry deleted."""
        await self.question.get_by_role("button", name="Delete").click()
        await expect(self.entry, "the entry is gone").to_have_count(0, timeout=_LIMIT)

    async def connected(self, connected: bool) -> None:
        """Wait until the device's page says whether there is a connection."""
        state = "Connected" if connected else "Disconnected"
        await expect(
            self._diagnostic, f"the device's page says {state}"
        ).to_contain_text(state, timeout=_RECONNECT_LIMIT)

    async def open_repair(self, title: str) -> None:
        """Open a repair issue, which the settings begin with."""
        await self.to_settings()
        await self.page.get_by_text(title).first.click()

    async def close_repair(self) -> None:
        """Close the dialog of a repair issue without doing anything about it."""
        await self.page.keyboard.press("Escape")
        await expect(
            self.page.locator("dialog[open]"), "the dialog is gone"
        ).to_have_count(0, timeout=_LIMIT)

    def tile(self, name: str) -> Locator:
        """Return an entity's tile on the dashboard."""
        named = self.page.get_by_text(name, exact=True)
        return self.page.locator("hui-tile-card").filter(has=named)

    @property
    def entry(self) -> Locator:
        """Return the entry on the integration's page."""
        return self.page.locator("ha-config-entry-row").first

    @property
    def brands(self) -> Locator:
        """Return the dialog that lists all integrations."""
        return self.page.locator("dialog-add-integration dialog").first

    @property
    def bridge_card(self) -> Locator:
        """Return the integration among all that are set up."""
        return self.page.locator(f"a[href$='/integration/{DOMAIN}']")

    @property
    def reconfigure(self) -> Locator:
        """Return what mends an entry that needs attention."""
        return self.page.get_by_role("button", name="Reconfigure")

    @property
    def question(self) -> Locator:
        """Return what asks whether we are sure."""
        return self.page.locator("dialog-box")

    @property
    def _diagnostic(self) -> Locator:
        """Return what the device's page says of the connection, and of the quota."""
        named = self.page.get_by_text("Connectivity", exact=True)
        return self.page.locator("ha-device-entities-card").filter(has=named)

    @property
    def _add_button(self) -> Locator:
        return self.page.get_by_role("button", name="Add integration")

    async def _follow(self, link: str) -> None:
        """Click on a link."""
        await self.page.locator(link).first.click()

    async def _visible(self, what: Locator, name: str) -> None:
        await expect(what.first, name).to_be_visible(timeout=_LIMIT)
