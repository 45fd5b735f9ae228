"""Issues that the user ignores: they stay so for as long as what they are about."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import session_issues
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.quota import ISSUE_NEARLY_USED, Quota
from simulator import Simulator
from simulator.datastreams import Datastream

from .conftest import SetUp, exposure
from .device.conftest import eventually
from .test_plan_check import PACKAGE, SOON, UNKNOWN

ENTRY_ID = "01TESTENTRY"


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits short."""
    for name in (
        "lost_entities._GRACE",
        "datastream_check._SETTLE_TIME",
        "datastream_check._PATIENCE",
    ):
        monkeypatch.setattr(f"{PACKAGE}.{name}", SOON)


def issue(hass: HomeAssistant, issue_id: str) -> ir.IssueEntry | None:
    """Return an issue."""
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


def is_ignored(hass: HomeAssistant, issue_id: str) -> bool:
    """Return whether an issue is there, and ignored."""
    found = issue(hass, issue_id)
    return found is not None and found.active and found.dismissed_version is not None


async def ignore(hass: HomeAssistant, issue_id: str) -> None:
    """Ignore an issue once it is there."""
    await eventually(lambda: issue(hass, issue_id), 15)
    ir.async_ignore_issue(hass, DOMAIN, issue_id, ignore=True)


async def restart(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry
) -> None:
    """Load the entry as Home Assistant's next run does, with what is kept of issues."""
    registry = ir.async_get(hass)
    kept = registry._data_to_save()
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass_storage[ir.STORAGE_KEY] = {
        "version": ir.STORAGE_VERSION_MAJOR,
        "minor_version": ir.STORAGE_VERSION_MINOR,
        "key": ir.STORAGE_KEY,
        "data": kept,
    }
    await registry._async_load()
    assert await hass.config_entries.async_setup(entry.entry_id)


async def unverified(
    simulator: Simulator, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Return an entry whose server nobody verifies."""
    port = simulator.entry.tls_port
    return await set_up(transport="tls", port=port, verify_ssl=False)


async def plain(
    simulator: Simulator, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Return an entry whose token leaves the home in plain text."""
    monkeypatch.setattr(session_issues, "is_local", lambda address: False)
    return await set_up()


async def scanty(
    simulator: Simulator, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Return an entry whose month is nearly used up."""
    monkeypatch.setattr(Quota, "_is_scanty", lambda *_: True)
    return await set_up()


async def incomplete(
    simulator: Simulator, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Return an entry with a datastream that Blynk does not know."""
    return await set_up(exposure("sensor.a", "value", "Nowhere", "double", "publish"))


@pytest.mark.parametrize(
    ("key", "begin"),
    [
        ("unverified_server", unverified),
        ("insecure_transport", plain),
        (ISSUE_NEARLY_USED, scanty),
        ("unknown_datastreams", incomplete),
    ],
    ids=["unverified", "plain", "quota", "unknown"],
)
async def test_what_is_ignored_stays_so(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    begin: Any,
) -> None:
    """Over a reload and a restart."""
    hass.states.async_set("sensor.a", "1")
    entry = await begin(simulator, set_up, monkeypatch)
    issue_id = f"{key}_{ENTRY_ID}"
    await ignore(hass, issue_id)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert is_ignored(hass, issue_id)
    await restart(hass, hass_storage, entry)
    await eventually(lambda: is_ignored(hass, issue_id), 15)


async def test_a_warning_of_a_month_is_over_with_it(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also if Home Assistant was not running when the next one began."""
    entry = await scanty(simulator, set_up, monkeypatch)
    issue_id = f"{ISSUE_NEARLY_USED}_{ENTRY_ID}"
    await ignore(hass, issue_id)
    monkeypatch.setattr(Quota, "_is_scanty", lambda *_: False)
    await restart(hass, hass_storage, entry)
    assert issue(hass, issue_id) is None


async def test_another_way_to_connect_is_another_warning(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The user has accepted the risk of the one there was."""
    entry = await plain(simulator, set_up, monkeypatch)
    issue_id = f"insecure_transport_{ENTRY_ID}"
    await ignore(hass, issue_id)
    hass.config_entries.async_update_entry(
        entry,
        data={**entry.data, "transport": "ws", "port": simulator.entry.ws_port},
    )
    await hass.async_block_till_done()
    assert issue(hass, issue_id) is not None
    assert not is_ignored(hass, issue_id)


async def test_a_disabled_entry_warns_of_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It sends no token anywhere."""
    entry = await plain(simulator, set_up, monkeypatch)
    assert issue(hass, f"insecure_transport_{ENTRY_ID}")
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    assert issue(hass, f"insecure_transport_{ENTRY_ID}") is None


async def test_what_is_mended_is_not_ignored_for_ever(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    set_up: SetUp,
) -> None:
    """An entity that comes back, and a datastream that is created, while we are away."""
    hass.states.async_set("sensor.a", "1")
    hass.states.async_set("sensor.b", "1")
    entry = await set_up(
        exposure("sensor.a", "value", "Nowhere", "double", "publish"),
        exposure("sensor.b", "value", "Humidity", "double", "publish"),
    )
    (gone,) = (s for s in entry.subentries.values() if s.title == "Humidity")
    lost = f"entity_gone_{gone.subentry_id}"
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Humidity"].value is not None
    )
    hass.states.async_remove("sensor.b")
    await ignore(hass, lost)
    await ignore(hass, UNKNOWN)
    hass.states.async_set("sensor.b", "1")
    simulator.device.define((Datastream(name="Nowhere", pin=30, min=0, max=9),))
    await restart(hass, hass_storage, entry)
    await eventually(lambda: issue(hass, lost) is None, 15)
    await eventually(lambda: issue(hass, UNKNOWN) is None, 15)
