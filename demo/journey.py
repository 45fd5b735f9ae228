"""What a user does in a browser, from the login to the end, with a picture of each step."""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from .browser import HEIGHT, WIDTH, Frontend, chromium
from .datastreams import Datastream
from .home import BEDROOM, BEDROOM_DATASTREAMS, BEDROOM_ENTITIES
from .home_assistant import PASSWORD, USERNAME, HomeAssistant
from .processes import LOCALHOST, free_port
from .simulator import TEMPLATE, Simulator, new_token
from .terminal import say
from .waiting import wait_for

LAMP = "light.bedroom_lamp"
LAMP_NAME = "Bedroom lamp"
CONNECTIVITY = "binary_sensor.bedroom_connectivity"
ENTITY_TIMEOUT = 30.0
RECONNECT_TIMEOUT = 60.0
INTEGRATION_PAGE = "/config/integrations/integration/blynk_bridge"


async def walk(folder: Path, images: Path) -> list[str]:
    """Go the whole way; return the requests that the pages made to other machines."""
    images.mkdir(parents=True, exist_ok=True)
    (folder / "homeassistant").mkdir()
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
            await tab.page.screenshot(path=folder / "failed.png")
            (folder / "console.log").write_text("\n".join(tab.console))
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
        await tab.page.get_by_text("Everything", exact=False).last.click()
        await tab.take("area")
        await tab.press("Next")
        await tab.see("Bedroom lamp")
        await tab.take("preview")

    async def read_the_plan(self) -> None:
        """Create in Blynk what the plan names, and finish."""
        tab = self._tab
        await tab.press("Next")
        await tab.see("Blynk template")
        await tab.take("plan")
        shown = await tab.page.locator("step-flow-form").inner_text()
        for datastream in BEDROOM_DATASTREAMS:
            if datastream.name not in shown:
                raise AssertionError(f"the plan has no {datastream.name}")
        await self._simulator.define(BEDROOM_DATASTREAMS, {})
        await tab.press("Submit")
        await tab.press("Finish")
        await wait_for(self._is_connected, ENTITY_TIMEOUT, "the device is online")

    async def _is_connected(self) -> bool:
        """Return whether Blynk has the device online."""
        return bool((await self._simulator.device())["online"])
