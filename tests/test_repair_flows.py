"""The flows that mend the connection, the plan and what the server complains about."""

import re
import ssl
from typing import Any, cast

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, HassAsyncDNSResolver
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import session_issues
from custom_components.blynk_bridge.complaints import Complaints
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.quota import ISSUE_NEARLY_USED, Quota
from custom_components.blynk_bridge.texts import number_text
from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp
from .device.conftest import eventually
from .test_regions import Names
from .test_repairs import Flow

ENTRY_ID = "01TESTENTRY"


def issue(hass: HomeAssistant, key: str) -> ir.IssueEntry | None:
    """Return an issue of the entry."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{key}_{ENTRY_ID}")


async def raised(hass: HomeAssistant, key: str) -> Flow:
    """Return the flow of an issue, once it is there."""
    await eventually(lambda: issue(hass, key), 15)
    return Flow(hass, f"{key}_{ENTRY_ID}")


# --- A redirect to a stranger -----------------------------------------------------------


async def test_a_trusted_host_gets_the_device(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Not before the user has said so, and from then on also after a reload."""
    names = Names({"localhost": "127.0.0.1"})
    hass.data[DATA_RESOLVER] = cast(HassAsyncDNSResolver, names)
    entry = await set_up()
    stranger = f"mqtt://localhost:{simulator.entry.mqtt_port}"
    await simulator.redirect(uri=stranger)
    flow = await raised(hass, "redirect_refused")
    step = await flow.start()
    assert step["description_placeholders"] == {
        "title": "Home",
        "target": "localhost",
        "host": "127.0.0.1",
    }
    assert "trusted_hosts" not in entry.data
    assert (await flow.go({}))["type"] is FlowResultType.CREATE_ENTRY
    assert entry.data["trusted_hosts"] == ["localhost"]
    await hass.async_block_till_done()
    await eventually(lambda: issue(hass, "redirect_refused") is None)
    await eventually(lambda: entry.runtime_data.data.online, 15)
    await simulator.redirect(uri=stranger)
    await eventually(lambda: "localhost" in str(entry.runtime_data.data.server), 15)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await eventually(lambda: "localhost" in str(entry.runtime_data.data.server), 15)


async def test_another_stranger_needs_another_yes(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Trust is for one host, not for redirects; and so it is with ignoring one."""
    await set_up(trusted_hosts=["localhost"])
    await simulator.redirect(uri="mqtts://stranger.example:8883")
    step = await (await raised(hass, "redirect_refused")).start()
    assert (step["description_placeholders"] or {})["target"] == "stranger.example"
    ir.async_ignore_issue(hass, DOMAIN, f"redirect_refused_{ENTRY_ID}", True)
    await eventually(lambda: simulator.device.online, 15)
    await simulator.redirect(uri="mqtts://another.example:8883")
    await eventually(
        lambda: (
            (found := issue(hass, "redirect_refused"))
            and found.dismissed_version is None
            and found.data == {"entry_id": ENTRY_ID, "host": "another.example"}
        ),
        15,
    )


async def test_trust_is_about_the_server_that_was_shown(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What another one does with the token is another question."""
    entry = await set_up()
    await simulator.redirect(uri="mqtts://stranger.example:8883")
    flow = await raised(hass, "redirect_refused")
    await flow.start()
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "host": "localhost"}
    )
    step = await flow.go({})
    assert step["type"] is FlowResultType.FORM
    assert (step["description_placeholders"] or {})["host"] == "localhost"
    assert "trusted_hosts" not in entry.data


async def test_a_plain_server_may_send_the_device_to_an_encrypted_one(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """That of its own host."""
    entry = await set_up(verify_ssl=False)
    await simulator.redirect(uri=f"mqtts://127.0.0.1:{simulator.entry.tls_port}")
    await eventually(
        lambda: str(entry.runtime_data.data.server).startswith("mqtts:"), 15
    )


@pytest.mark.parametrize(
    ("transport", "trusted"),
    [("tls", ["stranger.example"]), ("tls", []), ("tcp", [])],
    ids=["encrypted, trusted", "encrypted", "plain"],
)
async def test_nobody_can_allow_a_step_to_plain_text(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    transport: str,
    trusted: list[str],
) -> None:
    """Not even to a host that is trusted, nor where plain text was for the home."""
    ports = {"tls": simulator.entry.tls_port, "tcp": simulator.entry.mqtt_port}
    await set_up(
        transport=transport,
        port=ports[transport],
        verify_ssl=False,
        trusted_hosts=trusted,
    )
    await simulator.redirect(uri="mqtt://stranger.example:1883", then="close")
    await eventually(lambda: issue(hass, "redirect_refused"))
    found = issue(hass, "redirect_refused")
    assert found is not None
    assert not found.is_fixable
    assert found.translation_key == "redirect_unfit"
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


# --- Another client on the token ----------------------------------------------------------


async def thrown_out(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> tuple[MockConfigEntry, Flow]:
    """Return an entry that another client has thrown out, and what mends it."""
    entry = await set_up(protocol="5")
    await simulator.send_raw(b"\xe0\x02\x8e\x00", then_close=True)
    return entry, await raised(hass, "token_in_use")


async def test_the_user_need_not_wait_for_the_back_off(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Who has stopped the other client connects at once."""
    entry, flow = await thrown_out(hass, simulator, set_up)
    menu = await flow.start()
    assert menu["menu_options"] == ["connect", "new_token"]
    done = await flow.go({"next_step_id": "connect"})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await eventually(lambda: entry.runtime_data.data.online, 10)
    assert issue(hass, "token_in_use") is None


async def test_a_new_token_can_be_entered(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In the flow that asks for it."""
    entry, flow = await thrown_out(hass, simulator, set_up)
    await flow.start()
    done = await flow.go({"next_step_id": "new_token"})
    (asking,) = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    assert done["next_flow"] == ("config_flow", asking["flow_id"])
    # The other client may let the device in for moments.
    await eventually(lambda: entry.runtime_data.data.online, 60)
    assert any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


# --- A connection that others can read ------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "at_home"),
    [
        ("127.0.0.1", True),
        ("192.168.1.5", True),
        ("fd00::5", True),
        ("blynk", True),
        ("blynk.local", True),
        ("blynk.home.arpa", True),
        ("blynk.cloud", False),
        ("8.8.8.8", False),
        ("local.example", False),
    ],
)
@pytest.mark.parametrize("transport", ["tcp", "ws", "tls"])
def test_plain_text_is_for_the_home(host: str, transport: str, at_home: bool) -> None:
    """Anybody on the way reads a token that leaves it."""
    leaves = session_issues._plain(host, transport)
    assert leaves is (transport != "tls" and not at_home)


async def test_a_plain_connection_is_encrypted(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If the server can do that, which is tried; else the entry stays as it is."""
    monkeypatch.setattr(session_issues, "is_local", lambda address: False)
    entry = await set_up()
    flow = await raised(hass, "insecure_transport")
    await flow.start()
    # Nobody serves TLS at the usual port of this machine.
    refused = await flow.go({})
    assert refused["errors"] == {"base": "cannot_connect"}
    assert entry.data["transport"] == "tcp"
    await eventually(lambda: entry.runtime_data.data.online, 15)
    monkeypatch.setattr(session_issues, "is_local", lambda address: True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, "insecure_transport") is None


async def test_a_certificate_is_verified_from_now_on(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """If it is one that this system knows; what is wrong with it is said."""
    entry = await set_up(
        transport="tls", port=simulator.entry.tls_port, verify_ssl=False
    )
    flow = await raised(hass, "unverified_server")
    await flow.start()
    refused = await flow.go({})
    assert refused["errors"] == {"base": "tls_error"}
    assert (refused["description_placeholders"] or {})["problem"]
    assert entry.data["verify_ssl"] is False
    await eventually(lambda: entry.runtime_data.data.online, 15)


async def test_a_verified_connection_is_kept(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the warning goes with it."""
    entry = await set_up(
        transport="tls", port=simulator.entry.tls_port, verify_ssl=False
    )
    flow = await raised(hass, "unverified_server")
    await flow.start()
    monkeypatch.setattr(
        "custom_components.blynk_bridge.connection.client_context",
        lambda: ssl.create_default_context(cafile=simulator.ca_file),
    )
    assert (await flow.go({}))["type"] is FlowResultType.CREATE_ENTRY
    assert entry.data["verify_ssl"] is True
    await eventually(lambda: entry.runtime_data.data.online, 15)
    assert issue(hass, "unverified_server") is None


# --- The month -----------------------------------------------------------------------------


async def test_the_plan_can_be_corrected(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the warning is; what else the options say stays."""
    monkeypatch.setattr(Quota, "_is_scanty", lambda *_: True)
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, options={"reboot_reloads": True})
    flow = await raised(hass, ISSUE_NEARLY_USED)
    step = await flow.start()
    said = step["description_placeholders"] or {}
    assert said["messages"] == number_text(100000)
    assert said["left"]
    plan: dict[str, Any] = {"quota": "custom", "share": 100, "first_day": 1}
    refused = await flow.go(plan)
    assert refused["errors"] == {"messages": "no_messages"}
    monkeypatch.setattr(Quota, "_is_scanty", lambda *_: False)
    done = await flow.go({**plan, "messages": 200000})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["messages"] == 200000
    assert entry.options["reboot_reloads"] is True
    assert issue(hass, ISSUE_NEARLY_USED) is None


async def test_an_ignored_warning_stays_ignored(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over a reload: it is the same month."""
    monkeypatch.setattr(Quota, "_is_scanty", lambda *_: True)
    entry = await set_up()
    assert issue(hass, ISSUE_NEARLY_USED)
    ir.async_ignore_issue(hass, DOMAIN, f"{ISSUE_NEARLY_USED}_{ENTRY_ID}", True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    found = issue(hass, ISSUE_NEARLY_USED)
    assert found is not None
    assert found.dismissed_version is not None


# --- What the server complains about ---------------------------------------------------------


class Watch:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


async def test_a_complaint_that_keeps_coming_is_an_issue(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An hour of it; what the user knows of is none for a day."""
    entry = await set_up()
    watch = Watch()
    complaints = Complaints(hass, entry, watch)
    entry.runtime_data.server_messages.complaints = complaints

    def hear(minutes: int) -> None:
        for minute in range(minutes):
            watch.now += 60
            complaints.async_heard(f"Wrong type of 'V{minute % 7}': {minute}")

    hear(50)
    assert issue(hass, "server_complaints") is None
    hear(11)
    flow = await raised(hass, "server_complaints")
    step = await flow.start()
    texts = (step["description_placeholders"] or {})["texts"]
    assert re.fullmatch(
        r"- Wrong type of 'V\d': \d+ \(\d{4}-\d\d-\d\d \d\d:\d\d … 61 ×\)", texts
    )
    await flow.go({})
    assert issue(hass, "server_complaints") is None
    hear(600)
    assert issue(hass, "server_complaints") is None
    watch.now += 86400
    hear(62)
    assert issue(hass, "server_complaints")


async def test_a_burst_is_no_issue(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nor is what comes once a day, nor a thousand different texts."""
    entry = await set_up()
    watch = Watch()
    complaints = Complaints(hass, entry, watch)
    for _ in range(1000):
        complaints.async_heard("Flood")
    for day in range(10):
        watch.now = day * 86400.0
        complaints.async_heard("Once a day")
    for number in range(1000):
        watch.now += 601
        complaints.async_heard("".join(chr(97 + int(d)) for d in str(number)))
    assert issue(hass, "server_complaints") is None
    assert len(complaints._kinds) == 50


async def test_who_only_counts_them_sees_no_issue(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The option takes it back."""
    entry = await set_up()
    watch = Watch()
    complaints = Complaints(hass, entry, watch)
    entry.runtime_data.server_messages.complaints = complaints
    for _ in range(7):
        watch.now += 601
        complaints.async_heard("Wrong")
    assert issue(hass, "server_complaints")
    hass.config_entries.async_update_entry(entry, options={"server_messages": "count"})
    await hass.async_block_till_done()
    assert issue(hass, "server_complaints") is None
