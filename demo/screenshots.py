"""`scripts/screenshots`: the pictures of docs/images, taken from the running demo in a real Chromium."""

import asyncio
import json
from pathlib import Path
import sys
import tempfile
import time
from typing import Literal

from playwright.async_api import Browser, BrowserContext

from .browser import CHROMIUM, chromium
from .client import HomeAssistantClient
from .processes import free_port
from .simulator import Simulator
from .stage import DOMAIN, Stage, put_up
from .terminal import say
from .waiting import DemoError, wait_for

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
PAGE_TIMEOUT = 60_000  # ms
OPERATED: dict[str, float | str] = {
    "Lamp": 1,
    "Coffee machine": 1,
    "Blind": 35,
    "Bedroom fan Speed": 50,
    "Bedroom fan Preset": 1,
    "Bedroom lamp Color temperature": 2700,
    "Bedroom lamp Color": "64\x00156\x00255",
    "Radio": 1,
    "Robbie": 0,
}
BRIGHTNESS = (20, 65, 40, 90, 72)  # percent
CONFIRM_TIMEOUT = 15.0
HISTORY_POINTS = 12
HISTORY_TIMEOUT = 120.0


def main() -> int:
    """Return the exit status."""
    if not CHROMIUM.exists():
        say(f"{CHROMIUM} is missing")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="blynk-bridge-screenshots-") as folder:
            asyncio.run(take_all(Path(folder)))
    except DemoError as err:
        say(str(err))
        return 1
    return 0


async def take_all(folder: Path) -> None:
    """Put the demo up and take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    (folder / "demo").mkdir()
    async with (
        put_up(folder / "demo", free_port(), free_port()) as stage,
        chromium() as browser,
    ):
        await liven_up(stage)
        await take_console(browser, stage, "console.png", 1280, 1400, "light")
        await take_console(
            browser, stage, "console-readings.png", 1280, 1160, "dark", "Readings"
        )
        await take_console(browser, stage, "console-dark-phone.png", 390, 844, "dark")
        await take_integration(browser, stage.home_assistant.client)


async def liven_up(stage: Stage) -> None:
    """Operate a few widgets, and wait until the readings have some history."""
    simulator = stage.simulator
    for name, value in OPERATED.items():
        await press_and_see(simulator, name, value)
    for percent in BRIGHTNESS:
        await press_and_see(simulator, "Lamp brightness", percent)
    await wait_for(
        lambda: simulator.datastream("Power"),
        HISTORY_TIMEOUT,
        "the readings have some history",
        lambda datastream: len(datastream["history"]) >= HISTORY_POINTS,
    )


async def press_and_see(simulator: Simulator, name: str, value: float | str) -> None:
    """Operate a widget and wait for the confirmation."""
    before = await simulator.writes(name)
    await simulator.press(name, value)
    await wait_for(
        lambda: simulator.writes(name),
        CONFIRM_TIMEOUT,
        f"{name} {value} is confirmed",
        lambda writes: writes > before,
    )


async def take_console(
    browser: Browser,
    stage: Stage,
    name: str,
    width: int,
    height: int,
    colours: Literal["light", "dark"],
    shown: str = "All",
) -> None:
    """Take the simulator's console page, with all of its cards or some."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        color_scheme=colours,
        has_touch=width < height,
        is_mobile=width < height,
    )
    page = await context.new_page()
    await page.goto(f"{stage.simulator.console}/")
    await page.get_by_text("Lamp brightness").first.wait_for(timeout=PAGE_TIMEOUT)
    await page.get_by_role("button", name=shown).first.click()
    await page.screenshot(path=IMAGES / name)
    await context.close()
    say(f"took {name}")


async def take_integration(browser: Browser, client: HomeAssistantClient) -> None:
    """Take Home Assistant's page of the integration."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 1100}, device_scale_factor=2
    )
    await log_in(context, client)
    page = await context.new_page()
    await page.goto(f"{client.url}/config/integrations/integration/{DOMAIN}")
    await page.get_by_text("Lamp brightness").first.wait_for(timeout=PAGE_TIMEOUT)
    await page.screenshot(path=IMAGES / "integration.png")
    await context.close()
    say("took integration.png")


async def log_in(context: BrowserContext, client: HomeAssistantClient) -> None:
    """Make Home Assistant's frontend find the demo user's login."""
    tokens = {
        **client.tokens,
        "hassUrl": client.url,
        "clientId": client.client_id,
        "expires": int((time.time() + client.tokens["expires_in"]) * 1000),
    }
    await context.add_init_script(
        f"localStorage.setItem('hassTokens', JSON.stringify({json.dumps(tokens)}));"
    )


if __name__ == "__main__":
    sys.exit(main())
