"""What a person does who has just heard of Blynk Bridge, in a real browser, with nothing but the mouse and the keys.

Home Assistant and the simulator are processes of their own. Each step leaves a picture:
`scripts/screenshots` has them put into docs/images, where the README shows them.
"""

import os
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, expect
import pytest

from demo.processes import LOCALHOST, free_port
from demo.simulator import TEMPLATE, Simulator
from demo.waiting import wait_for

from .browser.album import Album
from .browser.console import ConsolePage
from .browser.flat import HALL, LIVING_ROOM, Flat
from .browser.frontend import DOMAIN, Frontend
from .browser.installed import require_chromium
from .browser.journey import Journey
from .browser.plan_table import typed_in
from .browser.texts import english
from .browser.window import PHONE, outside, preserved, redacted, window

IMAGES: Final = "JOURNEY_IMAGES"
"""The environment variable that names a folder for the pictures."""
WRONG: Final = "Wr0ng-q5Zt8_LmKx2vBn7HsDf4GjPw9Y"
TITLE: Final = "My flat"
STRANGER: Final = "login.example.com"
VALUES: Final = {
    "Blind": "70",
    "Floor lamp": "Off",
    "Front door": "On",
    "Hall humidity": "48",
    "Room temperature": "21.5",
}
LOST: Final = "Hall humidity"
LOST_ENTITY: Final = "sensor.hall_humidity"
OPERATED: Final = {"Blind", "Floor lamp", "Coffee machine"}
_LIMIT: Final = 20_000.0


async def log_in(journey: Journey) -> None:
    front = journey.front
    await front.type_login()
    await journey.picture("login")
    await front.log_in()


async def find_the_integration(journey: Journey) -> None:
    front = journey.front
    await front.to_integrations()
    found = await front.find_integration()
    await journey.picture_of("add", front.brands)
    await found.click()


async def meet_a_wrong_token(journey: Journey) -> None:
    """Be told above the form, which stays as it was filled in."""
    dialog = journey.front.dialog
    await dialog.reach("user")
    await journey.picture_of_dialog("credentials")
    await dialog.fill("token", WRONG)
    await dialog.fill("template_id", TEMPLATE)
    await dialog.unfold()
    await dialog.pick("host", LOCALHOST)
    await dialog.fill("port", str(journey.simulator.tls_port))
    await dialog.submit()
    await dialog.refused_with("invalid_auth")
    await journey.picture_of_dialog("wrong-token")


async def paste_the_right_one(journey: Journey) -> None:
    """Paste three lines, as Blynk's developer tools have them."""
    dialog = journey.front.dialog
    await dialog.paste(
        "token",
        f'#define BLYNK_TEMPLATE_ID "{TEMPLATE}"\n'
        f'#define BLYNK_TEMPLATE_NAME "{TITLE}"\n'
        f'#define BLYNK_AUTH_TOKEN "{journey.simulator.token}"\n',
    )
    await dialog.submit()
    await dialog.reach("expose")


async def expose_two_rooms(journey: Journey) -> None:
    """Choose five entities by their rooms; the lock is shown only."""
    dialog = journey.front.dialog
    for room in (LIVING_ROOM, HALL):
        await dialog.pick("areas", room)
    await journey.picture_of_dialog("area")
    await dialog.submit()
    await dialog.reach("preview")
    assert [row[0] for row in await dialog.rows()] == [*VALUES]
    await journey.picture_of_dialog("preview")
    await dialog.submit()


async def create_what_the_plan_says(journey: Journey) -> None:
    """Type the table into the Blynk template, and finish."""
    dialog = journey.front.dialog
    await dialog.reach("plan")
    rows = await dialog.rows()
    await journey.picture_of_dialog("plan")
    journey.template = [typed_in(row, OPERATED) for row in rows]
    await journey.simulator.define(journey.template, {})
    await dialog.submit()
    await dialog.ends("create_entry")
    await dialog.close()
    plan = await journey.plan()
    assert [[each[key] for key in ("name", "pin", "data_type")] for each in plan] == [
        row[:3] for row in rows
    ]


async def see_the_values(journey: Journey, console: ConsolePage) -> None:
    for name, value in VALUES.items():
        await console.shows(name, value)
    await journey.album.take(console.page, "console")


async def press_a_widget(journey: Journey, console: ConsolePage) -> None:
    """See the lamp go on in Home Assistant, which says who did it."""
    front = journey.front
    await console.switch("Floor lamp")
    await console.shows("Floor lamp", "On")
    await front.to_front()
    await front.to_dashboard()
    state = front.tile("Floor lamp").locator("state-display")
    await expect(state, "the lamp is on").to_have_text("63%", timeout=_LIMIT)
    await journey.picture("lamp")
    await front.to_activity()
    words = english("selector", "command", "options", "turned_on")
    # The name is an element of its own.
    line = front.page.locator("ha-logbook-renderer").get_by_text(
        f"Blynk {words.format(entity='Floor lamp')}"
    )
    await expect(line.first, "the logbook tells of it").to_be_visible(timeout=_LIMIT)
    await journey.picture("logbook")


async def give_a_new_token(journey: Journey) -> None:
    """Be asked for it once Blynk does not take the old one any more.

    Meanwhile an entity is removed that was exposed: the reload notices that.
    """
    front, dialog = journey.front, journey.front.dialog
    await front.to_device()
    await front.connected(True)
    await journey.flat.client.command(
        "config/entity_registry/remove", entity_id=LOST_ENTITY
    )
    await journey.simulator.deny()
    await front.connected(False)
    await front.to_bridge()
    await expect(front.reconfigure, "the entry needs attention").to_be_visible(
        timeout=_LIMIT
    )
    await journey.picture("attention")
    await front.reconfigure.click()
    await dialog.reach("reauth_confirm")
    await dialog.fill("token", journey.simulator.token)
    await journey.picture_of_dialog("reauth")
    await dialog.submit()
    await dialog.end("abort", "reauth_successful")
    await front.to_device()
    await front.connected(True)


async def lose_the_connection(journey: Journey) -> None:
    """Have the server send the device to a stranger, and take it back later."""
    front, simulator = journey.front, journey.simulator
    await journey.picture("device")
    await simulator.behave(redirect_always=f"mqtts://{STRANGER}:8883")
    await simulator.drop()
    await front.connected(False)
    await journey.picture("disconnected")
    await front.open_repair(
        english("issues", "redirect_refused", "title").format(title=TITLE)
    )
    await front.dialog.reach("confirm")
    await journey.picture_of_dialog("redirect")
    await front.close_repair()
    await simulator.behave(redirect_always=None)
    await front.to_device()
    await front.connected(True)
    assert await journey.issues() == []


async def mend_what_is_broken(journey: Journey) -> None:
    """Read in a repair issue that an entity is gone, and have its datastream deleted."""
    front, dialog = journey.front, journey.front.dialog
    title = english("issues", "entity_gone", "title").format(title=TITLE, name=LOST)
    await front.to_settings()
    issue = front.page.get_by_text(title).first
    await expect(issue, "the issue is there").to_be_visible(timeout=_LIMIT)
    await journey.picture("repairs")
    await front.open_repair(title)
    await dialog.reach("init")
    await journey.picture_of_dialog("repair")
    await dialog.choose("delete")
    await dialog.reach("delete")
    await dialog.submit()
    await dialog.end("create_entry")
    journey.template = [each for each in journey.template if each.name != LOST]
    assert await journey.issues() == []
    assert LOST not in [each["name"] for each in await journey.plan()]
    await front.to_device()


async def change_an_option(journey: Journey) -> None:
    """Change it, and find it as it was left."""
    front, dialog = journey.front, journey.front.dialog
    unlimited = english("selector", "quota", "options", "unlimited")
    await front.to_bridge()
    await front.open_options()
    await dialog.reach("init")
    await dialog.tick("quota", unlimited)
    await journey.picture_of_dialog("options")
    await dialog.submit()
    await dialog.end("create_entry")
    await front.open_options()
    await dialog.reach("init")
    choice = await dialog.option("quota", unlimited)
    await expect(choice, "the option was kept").to_be_checked(timeout=_LIMIT)
    await dialog.submit()
    await dialog.end("create_entry")


async def expose_one_more(journey: Journey, console: ConsolePage) -> None:
    """Find a datastream made up already in the flow for one entity, and operate it."""
    front, dialog = journey.front, journey.front.dialog
    await front.add_subentry(
        english("config_subentries", "datastream", "initiate_flow", "user")
    )
    await dialog.reach("user")
    await dialog.pick("entity_id", "Coffee machine")
    await dialog.submit()
    await dialog.reach("datastream")
    await journey.picture_of_dialog("one-entity")
    await dialog.submit()
    await dialog.ends("create_entry")
    added = {each["name"]: each for each in await journey.plan()}["Coffee machine"]
    row = [added["name"], added["pin"], added["data_type"], "Min: 0, Max: 1"]
    journey.template.append(typed_in(row, OPERATED))
    await journey.simulator.define(journey.template, {})
    await dialog.close()
    await journey.picture("integration")
    await console.to_front()
    await console.switch("Coffee machine")
    await console.shows("Coffee machine", "On")
    await front.to_front()
    state = await journey.flat.client.state("switch.coffee_machine")
    assert state.state == "on"


async def look_from_a_phone(journey: Journey, browser: Browser) -> None:
    """See that the widest table fits."""
    async with window(browser, PHONE, like=journey.window) as pocket:
        async with preserved(pocket, journey.kept / "phone"):
            url = f"{journey.flat.client.url}/config/integrations/integration/{DOMAIN}"
            front = Frontend(await pocket.open(url))
            await front.add_subentry(
                english("config_subentries", "selection", "initiate_flow", "user")
            )
            await front.dialog.reach("user")
            await front.dialog.choose("template_plan")
            await front.dialog.reach("template_plan")
            assert len(await front.dialog.rows()) == len(journey.template)
            assert await front.dialog.wider_than_shown() == []
            await journey.album.take(front.page, "phone")
            assert outside([pocket]) == set()


async def leave(journey: Journey) -> None:
    """See that nothing of the entry is left, and that the device goes offline."""
    front = journey.front
    await front.to_bridge()
    await front.delete_entry()
    await journey.picture("delete")
    await front.confirm()
    await front.to_integrations()
    await expect(front.bridge_card, "the integration is gone").to_have_count(
        0, timeout=_LIMIT
    )
    await wait_for(
        journey.simulator.device,
        15,
        "the device is offline",
        lambda device: not device["online"],
    )
    entities = await journey.flat.client.command("config/entity_registry/list")
    assert [each for each in entities if each["platform"] == DOMAIN] == []


async def test_a_person_finds_their_way(browser: Browser, tmp_path: Path) -> None:
    """From the login page to the last click, and all of it without the internet."""
    images = Path(os.environ.get(IMAGES) or tmp_path / "images")
    async with (
        Simulator(tmp_path, free_port()) as simulator,
        Flat(tmp_path / "flat", simulator.ca_file) as flat,
        window(browser) as desk,
        preserved(desk, tmp_path),
    ):
        front = Frontend(await desk.open(flat.client.url))
        journey = Journey(flat, simulator, desk, front, Album(images), tmp_path)
        await log_in(journey)
        await find_the_integration(journey)
        await meet_a_wrong_token(journey)
        await paste_the_right_one(journey)
        await expose_two_rooms(journey)
        await create_what_the_plan_says(journey)
        console = ConsolePage(await desk.open(f"{simulator.console}/"))
        await see_the_values(journey, console)
        await press_a_widget(journey, console)
        await give_a_new_token(journey)
        await mend_what_is_broken(journey)
        await lose_the_connection(journey)
        await change_an_option(journey)
        await expose_one_more(journey, console)
        await look_from_a_phone(journey, browser)
        await leave(journey)
        assert outside([desk]) == set()


def test_a_missing_browser_is_a_skip_but_not_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must not go without"):
        require_chromium(tmp_path / "chromium")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="Debian"):
        require_chromium(tmp_path / "chromium")


def test_what_is_kept_of_a_failure_has_no_token() -> None:
    lines = {
        f"console error: wrong token {WRONG}": "console error: wrong token …",
        f"failed: GET http://127.0.0.1/api?token={WRONG}: 401": "failed: GET http://127.0.0.1/api?… 401",
        f"failed: ws://127.0.0.1/{WRONG[:8]}.{WRONG}.{WRONG}": "failed: ws://127.0.0.1/…",
        "console error: no such field": "console error: no such field",
    }
    assert {line: redacted(line) for line in lines} == lines
