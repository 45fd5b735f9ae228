"""The console in a real Chromium: each widget shows what the device says and writes what Blynk's would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect
import pytest

from demo.browser import chromium
from simulator import Datastream, DataType, Simulator, SimulatorOptions
from simulator.datastreams import Value
from tests.simulator.peer import Peer

from .browser.installed import require_chromium

TOKEN = "abcdefghijklmnopqrstuvwxyz012345"

TEMPLATE = (
    Datastream(name="Lamp", pin=0, type=DataType.INTEGER, min=0, max=1, control=True),
    Datastream(name="Level", pin=1, type=DataType.INTEGER, control=True, min=0, max=9),
    Datastream(
        name="Mode", pin=2, type=DataType.ENUM, labels=("Off", "Heat"), control=True
    ),
    Datastream(
        name="Speed",
        pin=3,
        type=DataType.INTEGER,
        min=0,
        max=100,
        step=25,
        control=True,
        widget="step",
    ),
    Datastream(
        name="Colour", pin=4, type=DataType.STRING, control=True, widget="color"
    ),
    Datastream(name="Alarm", pin=5, type=DataType.STRING, control=True, widget="time"),
    Datastream(name="Place", pin=6, type=DataType.LOCATION),
    Datastream(
        name="Humidity",
        pin=7,
        type=DataType.DOUBLE,
        unit="%",
        min=0,
        max=100,
        widget="gauge",
    ),
    Datastream(
        name="Bell", pin=8, type=DataType.INTEGER, min=0, max=1, widget="button"
    ),
)


@dataclass(frozen=True, slots=True)
class Console:
    """The page, and both ends of what it plays the app of."""

    page: Page
    simulator: Simulator
    device: Peer

    def card(self, title: str) -> Locator:
        """Return the card with this title."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator("article.card").filter(has=heading)

    async def stored(self, name: str, value: Value) -> None:
        """Wait until the cloud holds this value, written by the app."""
        state = self.simulator.device.datastreams[name]
        await self.simulator.wait_for(
            lambda: state.value == value and state.writes_by_app
        )


@pytest.fixture
async def console(socket_enabled: None) -> AsyncIterator[Console]:
    """Return the console of a simulator whose device is connected."""
    require_chromium()
    options = SimulatorOptions(token=TOKEN, datastreams=TEMPLATE)
    async with (
        Simulator(options) as simulator,
        Peer.open(simulator.entry.mqtt_port) as device,
        chromium() as browser,
    ):
        await device.subscribed(TOKEN)
        page = await browser.new_page(viewport={"width": 1280, "height": 1400})
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        await page.goto(f"http://127.0.0.1:{simulator.entry.http_port}/")
        yield Console(page, simulator, device)
        assert mistakes == []


async def test_every_widget_writes_what_blynks_does(console: Console) -> None:
    await console.card("Lamp").get_by_role("switch").click()
    await console.stored("Lamp", 1)
    await console.card("Level").get_by_role("slider").fill("7")
    await console.stored("Level", 7)
    await console.card("Mode").get_by_role("radio", name="Heat").check()
    await console.stored("Mode", 1)
    await console.card("Speed").get_by_role("button", name="More Speed").click()
    await console.stored("Speed", 25)
    await console.card("Colour").get_by_role("button", name="#ff9500").click()
    await console.stored("Colour", "255\x00149\x000")
    await console.card("Bell").get_by_role("button", name="Press Bell").click()
    await console.stored("Bell", 0)
    assert console.simulator.device.datastreams["Bell"].writes_by_app == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("07:30:00", "06:45:00"),
        (
            "27000\x00\x00Europe/Amsterdam\x001,2",
            "24300\x00\x00Europe/Amsterdam\x001,2",
        ),
        ("27000", "24300"),
    ],
)
async def test_a_time_is_written_as_the_device_writes_it(
    console: Console, before: str, after: str
) -> None:
    console.device.publish("ds/Alarm", before.encode())
    field = console.card("Alarm").get_by_label("Alarm", exact=True)
    await expect(field).to_have_value("07:30")
    await field.fill("06:45")
    await console.stored("Alarm", after)


async def test_values_of_several_parts_are_read(console: Console) -> None:
    console.device.publish("ds/Colour", b"255\x00128\x000")
    console.device.publish("ds/Place", b"4.9\x0052.37")
    await expect(console.card("Colour").locator(".value")).to_contain_text("#FF8000")
    place = console.card("Place")
    await expect(place.locator(".value")).to_have_text("52.37000° N\n4.90000° E")
    await expect(place.locator(".track-dot")).to_be_visible()


async def test_widget_properties_win_over_the_template(console: Console) -> None:
    for topic, payload in {
        "Lamp/prop/label": "Kitchen lamp",
        "Level/prop/min": "10",
        "Level/prop/max": "30",
        "Level/prop/step": "5",
        "Level/prop/suffix": " steps",
        "Mode/prop/labels": "Aus\0Heizen\0Kühlen",
        "Speed/prop/isDisabled": "true",
        "Humidity/prop/maximumFractionDigits": "2",
    }.items():
        console.device.publish(f"ds/{topic}", payload.encode())
    console.device.publish("ds/Level", b"9")
    console.device.publish("ds/Humidity", b"41.5")
    await expect(console.card("Kitchen lamp")).to_be_visible()
    await expect(console.card("Lamp")).to_have_count(0)
    slider = console.card("Level").get_by_role("slider")
    for attribute, value in {"min": "10", "max": "30", "step": "5"}.items():
        await expect(slider).to_have_attribute(attribute, value)
    await expect(console.card("Level").locator(".unit")).to_have_text(" steps")
    await expect(console.card("Mode").get_by_role("radio")).to_have_count(3)
    more = console.card("Speed").get_by_role("button", name="More Speed")
    await expect(more).to_be_disabled()
    await expect(console.card("Humidity").locator(".value")).to_contain_text("41.50")

    console.device.publish("ds/Speed/prop/isDisabled", b"false")
    console.device.publish("ds/Lamp/prop/label/erase")
    await expect(more).to_be_enabled()
    await expect(console.card("Lamp")).to_be_visible()


async def test_nothing_is_wider_than_a_phone(console: Console) -> None:
    await console.page.set_viewport_size({"width": 390, "height": 844})
    await expect(console.card("Lamp")).to_be_visible()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await console.page.evaluate(wide) == 0
