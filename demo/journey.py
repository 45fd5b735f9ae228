"""`python -m demo.journey`: what a user does in a browser, with a picture of each step."""

import argparse
import asyncio
from pathlib import Path
import sys
import tempfile
from typing import Any

from playwright.async_api import Browser

from .browser import HEIGHT, WIDTH, Frontend, chromium
from .home import BEDROOM, BEDROOM_DATASTREAMS, BEDROOM_ENTITIES
from .home_assistant import PASSWORD, USERNAME, HomeAssistant
from .processes import LOCALHOST, free_port
from .simulator import TEMPLATE, Simulator, new_token
from .terminal import say
from .waiting import DemoError, wait_for

LAMP = "light.bedroom_lamp"
LAMP_NAME = "Bedroom lamp"
WAKE_UP = "input_datetime.wake_up"
ENTITY_TIMEOUT = 30.0
RECONNECT_TIMEOUT = 60.0
INTEGRATION_PAGE = "/config/integrations/integration/blynk_bridge"


def main() -> int:
    """Return the exit status: 1 as well if a page wants anything of another machine."""
    parser = argparse.ArgumentParser(prog="python -m demo.journey", description=__doc__)
    parser.add_argument("images", type=Path, help="the folder for the pictures")
    images: Path = parser.parse_args().images
    with tempfile.TemporaryDirectory(prefix="blynk-bridge-journey-") as folder:
        blocked = asyncio.run(walk(Path(folder), images))
    for url in blocked:
        say(f"asked for {url}")
    return 1 if blocked else 0


async def walk(folder: Path, images: Path) -> list[str]:
    """Go the whole way; return the requests that the pages made to other machines."""
    for made in (images, folder / "homeassistant"):
        await asyncio.to_thread(made.mkdir, parents=True, exist_ok=True)
    async with (
        Simulator(folder, free_port()) as simulator,
        HomeAssistant(folder / "homeassistant", free_port(), simulator.ca_file) as home,
        chromium() as browser,
    ):
        await prepare(home)
        context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        tab = await Frontend.open(context, home.client.url, images)
        try:
            await Journey(tab, simulator, home, browser, images).walk()
        except BaseException:
            await tab.page.screenshot(path=images / "failed.png")
            for line in tab.console:
                say(f"the page: {line}")
            raise
        return tab.blocked


async def prepare(home: HomeAssistant) -> None:
    """Put what belongs there into the bedroom."""
    for entity_id in BEDROOM_ENTITIES:
        await home.client.command(
            "config/entity_registry/update", entity_id=entity_id, area_id=BEDROOM
        )


class Journey:
    """One user, one home, one Blynk."""

    def __init__(
        self,
        tab: Frontend,
        simulator: Simulator,
        home: HomeAssistant,
        browser: Browser,
        images: Path,
    ) -> None:
        """Begin with nothing set up."""
        self._tab = tab
        self._simulator = simulator
        self._home = home
        self._browser = browser
        self._images = images

    async def walk(self) -> None:
        """Do everything, in its order."""
        for step in (
            self.log_in,
            self.find_the_integration,
            self.enter_a_wrong_token,
            self.paste_the_right_one,
            self.expose_an_area,
            self.read_the_plan,
            self.see_the_values,
            self.press_a_widget,
            self.lose_an_entity,
            self.look_at_the_device,
            self.break_the_connection,
            self.meet_a_repair,
            self.enter_a_new_token,
            self.expose_one_more,
            self.choose_options,
            self.delete_it,
        ):
            say(step.__name__.replace("_", " "))
            await step()

    # --- Setting up ------------------------------------------------------------------

    async def log_in(self) -> None:
        """Type name and password."""
        await self._tab.log_in(USERNAME, PASSWORD)

    async def find_the_integration(self) -> None:
        """Search for it in the list of integrations."""
        await self._tab.go("/config/integrations/dashboard")
        page = self._tab.page
        await page.get_by_role("button", name="Add integration").click()
        search = page.locator("dialog-add-integration input").first
        await search.fill("Blynk")
        await self._tab.see("Blynk Bridge")
        await self._tab.take("add")
        await (
            page.locator("dialog-add-integration")
            .get_by_text("Blynk Bridge")
            .first.click()
        )
        await self._tab.field("Auth token").wait_for()
        await self._tab.take("credentials")

    async def enter_a_wrong_token(self) -> None:
        """Meet an error that says what to do."""
        tab = self._tab
        await tab.field("Auth token").fill(new_token())
        await tab.field("Template ID").fill(TEMPLATE)
        await tab.page.get_by_text("Server and connection", exact=True).click()
        await tab.pick("step-flow-form ha-generic-picker", LOCALHOST)
        await tab.field("Port").fill(str(self._simulator.tls_port))
        await tab.press("Next")
        await tab.see("Blynk does not accept this auth token")
        await tab.take("wrong-token")

    async def paste_the_right_one(self) -> None:
        """Paste the lines of Blynk's Developer Tools as they are."""
        lines = (
            f'#define BLYNK_TEMPLATE_ID "{TEMPLATE}"',
            '#define BLYNK_TEMPLATE_NAME "Bedroom"',
            f'#define BLYNK_AUTH_TOKEN "{self._simulator.token}"',
        )
        await self._tab.field("Auth token").fill("\n".join(lines))
        await self._tab.press("Next")
        await self._tab.see("What to expose")

    # --- Exposing --------------------------------------------------------------------

    async def expose_an_area(self) -> None:
        """Choose the bedroom, with everything that is in it, and look at the preview."""
        tab = self._tab
        await tab.pick("ha-areas-picker ha-generic-picker", "Bedroom")
        await tab.take("area")
        await tab.choose("How much of each entity", "Everything it offers")
        await tab.press("Next")
        await tab.see(f"{len(BEDROOM_DATASTREAMS)} of 50")
        await tab.take("preview")

    async def read_the_plan(self) -> None:
        """Create in Blynk what the plan names, and finish."""
        tab = self._tab
        await tab.press("Next")
        await tab.see("Datastreams to create")
        await tab.take("plan")
        cells = tab.page.locator("td")
        for datastream in BEDROOM_DATASTREAMS:
            await cells.get_by_text(datastream.name, exact=True).first.wait_for()
        await self._simulator.define(BEDROOM_DATASTREAMS, {})
        await tab.press("Submit")
        await tab.press("Skip and finish")
        await wait_for(self._is_connected, ENTITY_TIMEOUT, "the device is online")

    async def _is_connected(self) -> bool:
        """Return whether Blynk has the device online."""
        return bool((await self._simulator.device())["online"])

    # --- Both ways -------------------------------------------------------------------

    async def see_the_values(self) -> None:
        """Find the home's values in what plays the Blynk app."""
        self._console = await self._browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}
        )
        await self._console.goto(f"{self._simulator.console}/")
        await self._console.get_by_text("Bedroom lamp Brightness").first.wait_for()
        await wait_for(
            self._has_values, ENTITY_TIMEOUT, "values have arrived", accept=bool
        )
        await self._console.screenshot(path=self._images / "journey-console.png")

    async def _has_values(self) -> bool:
        """Return whether the lamp's state is there."""
        return (await self._simulator.datastream(LAMP_NAME))["value"] is not None

    async def press_a_widget(self) -> None:
        """Switch the lamp in Blynk, and see it change in Home Assistant."""
        before = (await self._home.client.state(LAMP)).state
        after = "off" if before == "on" else "on"
        card = self._console.locator("article").filter(
            has=self._console.get_by_text(LAMP_NAME, exact=True)
        )
        await card.get_by_role("switch").first.click()
        await wait_for(
            lambda: self._home.client.state(LAMP),
            ENTITY_TIMEOUT,
            f"the lamp is {after}",
            lambda state: state.state == after,
        )
        await self._tab.go(f"/logbook?entity_id={LAMP}")
        await self._tab.see("Via Blynk")
        await self._tab.take("logbook")

    # --- When something is wrong ---------------------------------------------------------

    async def lose_an_entity(self) -> None:
        """Remove an entity that is exposed, which shows when it does not come back."""
        await self._home.client.command(
            "config/entity_registry/remove", entity_id=WAKE_UP
        )

    async def look_at_the_device(self) -> None:
        """Open the bridge's own page, and its device with what it tells of itself."""
        await self._tab.go(INTEGRATION_PAGE)
        await self._tab.see("Bedroom lamp Brightness")
        await self._tab.take("integration")
        await self._tab.go(f"/config/devices/device/{await self._device_id()}")
        await self._tab.see("Messages this month")
        await self._tab.take("device")

    async def _device_id(self) -> str:
        """Return the bridge's own device."""
        for device in await self._home.client.command("config/device_registry/list"):
            if device["name"] == "Bedroom" and device["manufacturer"] == "Blynk":
                return str(device["id"])
        raise DemoError("the bridge has no device")

    async def break_the_connection(self) -> None:
        """Take Blynk away for a moment, and see that it is told, and that it heals."""
        await self._simulator.outage(6)
        await self._tab.see("Disconnected")
        await self._tab.take("disconnected")
        await wait_for(
            self._is_connected, RECONNECT_TIMEOUT, "the device is back", accept=bool
        )
        await self._tab.see("Connected")

    async def meet_a_repair(self) -> None:
        """Find out which entity is gone, and what can be done about it."""
        tab = self._tab
        await tab.go("/config/repairs")
        await tab.see("Wake up")
        await tab.take("repairs")
        await tab.page.get_by_text("Wake up").first.click()
        await tab.see("Delete")
        await tab.take("repair")
        await tab.page.get_by_text("Delete", exact=False).last.click()
        await tab.press("Submit")
        await tab.press("Finish")

    async def enter_a_new_token(self) -> None:
        """Renew the token in Blynk, and enter it where Home Assistant asks for it."""
        tab = self._tab
        await self._simulator.deny()
        await self._simulator.outage(1)
        await wait_for(
            lambda: self._home.client.flows_in_progress("blynk_bridge"),
            RECONNECT_TIMEOUT,
            "Home Assistant asks for a new token",
            accept=bool,
        )
        await tab.go(INTEGRATION_PAGE)
        await tab.press("Reconfigure")
        await tab.field("Auth token").fill(self._simulator.token)
        await tab.take("reauth")
        await tab.press("Submit")
        await tab.press("Close")
        await wait_for(
            self._is_connected, RECONNECT_TIMEOUT, "the device is back", accept=bool
        )

    # --- Later -----------------------------------------------------------------------------

    async def expose_one_more(self) -> None:
        """Add one datastream with all of its options, on a phone."""
        phone = await self._browser.new_context(
            viewport={"width": 390, "height": 844}, storage_state=await self._login()
        )
        tab = await Frontend.open(phone, self._tab.url, self._images)
        await tab.go(INTEGRATION_PAGE)
        await tab.page.get_by_role("button", name="Expose an entity").first.click()
        await tab.pick("ha-entity-picker ha-generic-picker", "Power")
        await tab.take("expose-phone")
        await phone.close()

    async def _login(self) -> Any:
        """Return what keeps the user logged in."""
        return await self._tab.page.context.storage_state()

    async def choose_options(self) -> None:
        """Open the options, and leave them as they are."""
        tab = self._tab
        await tab.go(INTEGRATION_PAGE)
        await tab.page.get_by_role("button", name="Configure").first.click()
        await tab.see("Blynk plan")
        await tab.take("options")
        await tab.press("Submit")
        await tab.press("Finish")

    async def delete_it(self) -> None:
        """Remove it, and see that nothing is left."""
        tab = self._tab
        await tab.go(INTEGRATION_PAGE)
        await tab.page.locator(
            "ha-config-entry-row ha-icon-button[slot=trigger], ha-config-entry-row ha-dropdown ha-icon-button"
        ).first.click()
        await tab.page.get_by_role("menuitem", name="Delete").click()
        await tab.take("delete")
        await tab.press("Delete")
        await wait_for(
            self._home.client.states,
            ENTITY_TIMEOUT,
            "its entities are gone",
            lambda states: all(
                "bedroom_connectivity" not in state.entity_id for state in states
            ),
        )


if __name__ == "__main__":
    sys.exit(main())
