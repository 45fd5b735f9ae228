"""The month's quota in Home Assistant: counted, kept, told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.blynk_bridge import quota
from custom_components.blynk_bridge.connection import configured_endpoint
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.flows.live_test import async_try_for_entry
from custom_components.blynk_bridge.learned import Learned
from custom_components.blynk_bridge.quota import Quota, plan_of
from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp, event, exposure, temperature
from .device.conftest import eventually
from .skipped_time import skipped_time
from .translated import STRINGS

STORE = f"{DOMAIN}.01TESTENTRY"

type Count = Callable[[], Awaitable[Quota]]

ISSUE = "quota_nearly_used_01TESTENTRY"


class Wall:
    """The time of day, which a test sets."""

    def __init__(self) -> None:
        """Begin in the middle of a month."""
        self.set("2026-12-16")

    def __call__(self) -> float:
        """Return the seconds of the epoch."""
        return self.now.timestamp()

    def set(self, time: str) -> None:
        """Show another time."""
        self.now = datetime.fromisoformat(time).replace(tzinfo=UTC)

    async def pass_hour(self, hass: HomeAssistant, time: str) -> None:
        """Go to the beginning of an hour."""
        self.set(time)
        async_fire_time_changed(hass, self.now)
        await hass.async_block_till_done()


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """Return the time of day, as the quota sees it."""
    wall = Wall()
    monkeypatch.setattr(quota, "_wall", wall)
    return wall


@pytest.fixture
def count(hass: HomeAssistant, config_entry: MockConfigEntry) -> Count:
    """Return a function that takes up an entry's count, without its session."""

    async def count() -> Quota:
        learned = Learned(hass, config_entry.entry_id)
        await learned.async_load(configured_endpoint(config_entry.data))
        return Quota(hass, config_entry, learned, lambda: None)

    return count


def stored(used: int, *, month: str = "2026-12-01", **more: Any) -> dict[str, Any]:
    """Return what a bridge has kept that has used so many messages."""
    spent = {
        "month": month,
        "used": used,
        "since_change": used,
        "other": None,
        "other_used": 0,
        "tokens": 100.0,
        "at": datetime(2026, 12, 15, tzinfo=UTC).timestamp(),
        **more,
    }
    data = {"configured": "", "home": "", "spent": spent}
    return {"version": 1, "minor_version": 1, "key": STORE, "data": data}


async def online(entry: MockConfigEntry) -> None:
    """Wait until the device is online."""
    await eventually(lambda: entry.runtime_data.data.online)


# --- The count -----------------------------------------------------------------------


async def test_the_count_is_the_simulators(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Values, questions, events, properties, the announcement, and what was refused."""
    hass.states.async_set("sensor.temperature", "1")
    hass.states.async_set("switch.lamp", "on")
    entry = await set_up(
        temperature(properties=["label"]),
        exposure("switch.lamp", "power", "Lamp", sync_from_blynk=True),
        event("door"),
        protocol="5",
    )
    await eventually(lambda: simulator.device.datastreams["Temperature"].properties)
    await entry.runtime_data.events.async_send("door", "")
    simulator.behaviour.puback_code = 0x99
    hass.states.async_set("sensor.temperature", "2")
    await eventually(
        lambda: simulator.journal.find(
            Kind.PUBLISH, topic="ds/Temperature", direction="in"
        )[1:]
    )
    await hass.async_block_till_done()
    published = simulator.journal.find(Kind.PUBLISH, direction="in")
    assert {message.topic for message in published} >= {
        "info/mcu",
        "get/ds",
        "event/door",
        "ds/Temperature/prop/label",
    }
    assert entry.runtime_data.quota.status.messages == len(published)
    # Whether Blynk counts what it refuses is not documented; the simulator does not.
    assert simulator.cloud.quota.used(simulator.cloud.clock()) == len(published) - 1


async def test_a_restart_goes_on_counting_and_pacing(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, Any], wall: Wall
) -> None:
    """Neither the month nor the bucket begins anew."""
    hass_storage[STORE] = stored(40_000)
    entry = await set_up()
    coordinator = entry.runtime_data
    assert coordinator.data.quota.messages == 40_001
    assert coordinator.data.quota.used_percent == 40.0
    while coordinator._pacer.delay(Lane.ROUTINE) < 20:
        coordinator._pacer.spend(Lane.ROUTINE)
    coordinator.quota.async_count()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await online(entry)
    assert entry.runtime_data is not coordinator
    assert entry.runtime_data.data.quota.messages == 40_003
    assert entry.runtime_data._pacer.delay(Lane.ROUTINE) > 20


async def test_a_crash_loses_a_minute_at_most(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """However busy the house is: a delay begun anew with each message never ends."""
    hass.states.async_set("sensor.temperature", "0")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up(temperature())
        for number in range(40):
            hass.states.async_set("sensor.temperature", str(number))
            await asyncio.sleep(5)
            used = entry.runtime_data.quota.status.messages
            if number >= 12:
                kept = hass_storage[STORE]["data"]["spent"]["used"]
                assert used - 12 <= kept <= used
        assert used == len(simulator.journal.find(Kind.PUBLISH, direction="in"))
        await entry.runtime_data.learned.async_close()


@pytest.mark.parametrize(
    ("time", "messages"),
    [("2026-12-31T23:59:59", 500), ("2027-01-01", 0), ("1970-01-01", 500)],
)
async def test_a_month_that_ends_while_home_assistant_is_off(
    count: Count, hass_storage: dict[str, Any], wall: Wall, time: str, messages: int
) -> None:
    hass_storage[STORE] = stored(500)
    wall.set(time)
    assert (await count()).status.messages == messages


async def test_a_month_that_ends_while_it_runs(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, Any], wall: Wall
) -> None:
    """The sensors show it at the hour, though nothing is sent."""
    hass_storage[STORE] = stored(500)
    entry = await set_up()
    await wall.pass_hour(hass, "2026-12-31T23:00:00")
    assert entry.runtime_data.data.quota.messages == 501
    await wall.pass_hour(hass, "2027-01-01T00:00:00")
    assert entry.runtime_data.data.quota.messages == 0


@pytest.mark.parametrize(
    "spent",
    [
        {"used": -1},
        {"month": "2026-13-01"},
        {"used": None},
        {"tokens": "many"},
        {"at": None},
    ],
)
async def test_a_count_that_is_none_begins_anew(
    count: Count, hass_storage: dict[str, Any], wall: Wall, spent: dict[str, Any]
) -> None:
    hass_storage[STORE] = stored(500)
    hass_storage[STORE]["data"]["spent"] |= spent
    assert (await count()).status.messages == 0


async def test_the_live_test_of_the_credentials_is_counted(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    """It goes by without a coordinator, and costs a message."""
    entry = await set_up()
    assert await async_try_for_entry(hass, entry, entry.data) is None
    assert await hass.config_entries.async_setup(entry.entry_id)
    await online(entry)
    assert entry.runtime_data.data.quota.messages == 3


# --- The plan --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ({}, 100_000),
        ({"quota": "free", "share": 25}, 25_000),
        ({"quota": "free", "messages": 5}, 100_000),
        ({"quota": "custom", "messages": 200_000}, 200_000),
        ({"quota": "custom", "messages": 1000, "share": 1}, 10),
        ({"quota": "unlimited", "share": 50}, None),
    ],
)
def test_what_the_options_come_to(
    options: dict[str, Any], messages: int | None
) -> None:
    assert plan_of(options).messages == messages


async def test_a_larger_plan_lets_go_what_waits(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    wall: Wall,
) -> None:
    """At once, without a reload or another connection."""
    hass_storage[STORE] = stored(100_000, tokens=-50.0, at=wall())
    hass.states.async_set("sensor.temperature", "1")
    entry = await set_up(temperature())
    await hass.async_block_till_done()
    assert entry.runtime_data.uplink.waiting == 1
    hass.config_entries.async_update_entry(entry, options={"quota": "unlimited"})
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Temperature"].value == 1
    )
    assert len(simulator.journal.find(Kind.CONNECT)) == 1
    assert entry.runtime_data.data.quota.messages >= 100_001


# --- The warning -------------------------------------------------------------------------


def warning(hass: HomeAssistant) -> dict[str, str] | None:
    """Return what the warning tells, None if there is none."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    if issue is None:
        return None
    assert issue.severity is ir.IssueSeverity.WARNING
    told = issue.translation_placeholders
    assert told is not None
    texts = STRINGS["issues"]["quota_nearly_used"]
    assert texts["title"].format(**told) != texts["title"]
    step = texts["fix_flow"]["step"]["plan"]
    assert "{" not in step["description"].format(**told)
    return dict(told)


@pytest.mark.parametrize(
    ("used", "time", "options", "warns"),
    [
        (91_000, "2026-12-16", {}, True),
        (89_000, "2026-12-16", {}, False),
        (46_000, "2026-12-16", {"share": 50}, True),
        (46_000, "2026-12-16", {}, False),
        (150_000, "2026-12-16", {}, True),
        (150_000, "2026-12-16", {"quota": "unlimited"}, False),
        # What is left is enough for the two days that are left.
        (92_000, "2026-12-30", {}, False),
        (98_000, "2026-12-30", {}, True),
        # The clock tells no month, so it has no end.
        (91_000, "1970-01-01", {}, False),
    ],
)
async def test_the_user_is_warned_where_it_is_real(
    hass: HomeAssistant,
    config_entry: MockConfigEntry,
    count: Count,
    hass_storage: dict[str, Any],
    wall: Wall,
    used: int,
    time: str,
    options: dict[str, Any],
    warns: bool,
) -> None:
    hass_storage[STORE] = stored(used)
    wall.set(time)
    config_entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(config_entry, options=options)
    stop = (await count()).async_start()
    assert (warning(hass) is not None) is warns
    stop()
    assert warning(hass) is None


async def test_the_warning_tells_what_is_left_and_until_when(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, Any], wall: Wall
) -> None:
    """In the user's words and time zone; taken back when the month begins."""
    await hass.config.async_set_time_zone("America/New_York")
    hass_storage[STORE] = stored(90_000)
    entry = await set_up()
    assert warning(hass) == {
        "title": "Home",
        "left": "9\u202f999",
        "messages": "100\u202f000",
        "day": "31",
        "month": "December",
    }
    entry.runtime_data.quota.async_count()
    told = warning(hass)
    assert told is not None
    assert told["left"] == "9\u202f999"
    await wall.pass_hour(hass, "2027-01-01T00:00:00")
    assert warning(hass) is None


async def test_another_plan_takes_the_warning_back(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, Any], wall: Wall
) -> None:
    """And gives it, if there is as little left of that one."""
    hass_storage[STORE] = stored(95_000)
    entry = await set_up()
    assert warning(hass) is not None
    for options, warns in (
        ({"quota": "custom", "messages": 200_000}, False),
        ({"quota": "custom", "messages": 96_000}, True),
        ({"quota": "unlimited"}, False),
        ({"quota": "free"}, True),
    ):
        hass.config_entries.async_update_entry(entry, options=options)
        await hass.async_block_till_done()
        assert (warning(hass) is not None) is warns
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert warning(hass) is None
