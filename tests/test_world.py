"""The world against the bridge: what the user sees of it, and that it heals."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
import ssl
from typing import Any, cast

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, HassAsyncDNSResolver
import pytest

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.errors import (
    ConnectionLost,
    ConnectionRefused,
    LinkError,
    TlsError,
    TlsProblem,
)
from custom_components.blynk_bridge.device.link import Link
from custom_components.blynk_bridge.problem import Problem, problem_of
from simulator import Simulator
from simulator.behaviour import SecondClient
from simulator.certificates import Authority
from simulator.journal import Kind

from .conftest import TEMPLATE_ID, TOKEN, SetUp, temperature
from .device.conftest import eventually, server, settings as device_settings
from .device.test_errors import EVERY_ERROR
from .device.test_session import running
from .device.test_strangers import ANSWERS, Gate, attacker, portal
from .device.test_tls import blocking_server
from .skipped_time import skipped_time
from .test_config_flow import ADVANCED, start, submit
from .test_regions import Names
from .translated import STRINGS

CONNECTIVITY = "binary_sensor.home_connectivity"
YEAR = timedelta(days=365)


def advanced(entry_data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the section that leads to a server."""
    return {field: (entry_data | changes)[field] for field in ADVANCED}


async def tried(
    hass: HomeAssistant, connection: dict[str, Any]
) -> tuple[dict[str, str], str]:
    """Return the errors of a set-up with this connection, and their text's problem."""
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=connection,
    )
    placeholders = result["description_placeholders"]
    assert result["errors"] is not None
    assert placeholders is not None
    return result["errors"], placeholders["problem"]


def text(problem: Problem) -> str:
    """Return what the user reads of a problem."""
    words: str = STRINGS["selector"]["problem"]["options"][problem]
    return words


# --- Words -------------------------------------------------------------------------


def test_every_problem_has_its_words() -> None:
    """A sentence in the flow, a few words in the attribute; and each has an error."""
    attribute = STRINGS["entity"]["binary_sensor"]["connectivity"]["state_attributes"]
    keys = {str(problem) for problem in Problem}
    assert set(STRINGS["selector"]["problem"]["options"]) == keys
    assert set(attribute["problem"]["state"]) == keys
    for words in attribute["problem"]["state"].values():
        assert len(words) < 60


def test_every_error_is_a_problem() -> None:
    """Also one that nobody has thought of; each of TLS's is told apart."""
    assert {problem_of(TlsError(problem)) for problem in TlsProblem} == {
        problem for problem in Problem if problem.startswith("tls_")
    }
    assert problem_of(LinkError("no route to host")) is Problem.UNREACHABLE
    assert problem_of(TimeoutError()) is Problem.NO_ANSWER
    assert problem_of(ConnectionRefused(0x97)) is Problem.TOO_MANY
    assert problem_of(ConnectionRefused(0x88)) is Problem.REFUSED
    assert problem_of(ConnectionLost(0x96)) is Problem.TOO_MANY
    assert problem_of(ConnectionLost()) is Problem.CLOSED
    reached = {problem_of(TlsError(each)) for each in TlsProblem}
    reached |= {problem_of(error) for error in EVERY_ERROR}
    assert reached | {Problem.TOO_MANY} == set(Problem)


# --- TLS ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certificate", "problem"),
    [
        ({"valid": (datetime(2020, 1, 1, tzinfo=UTC),) * 2}, Problem.TLS_EXPIRED),
        (
            {"valid": (datetime.now(UTC) + YEAR, datetime.now(UTC) + 2 * YEAR)},
            Problem.TLS_NOT_YET_VALID,
        ),
        ({"hosts": ["blynk.example"]}, Problem.TLS_WRONG_NAME),
        ({"self_signed": True}, Problem.TLS_SELF_SIGNED),
        ({}, Problem.TLS_UNKNOWN_AUTHORITY),
    ],
)
async def test_a_certificate_s_fault_is_named(
    hass: HomeAssistant,
    simulator: Simulator,
    entry_data: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    certificate: dict[str, Any],
    problem: Problem,
) -> None:
    """In the flow, with what can be done about it."""
    authority = Authority()
    trusted = authority if certificate else Authority()
    monkeypatch.setattr(
        "custom_components.blynk_bridge.connection.client_context",
        lambda: ssl.create_default_context(cadata=trusted.pem.decode()),
    )
    context = authority.issue(tmp_path, **certificate)
    async with blocking_server(context) as port:
        shown = await tried(hass, advanced(entry_data, transport="tls", port=port))
    assert shown == ({"base": "tls_error"}, text(problem))


async def test_a_server_without_tls_is_named(
    hass: HomeAssistant, simulator: Simulator, entry_data: dict[str, Any]
) -> None:
    """The plain port, with TLS chosen."""
    shown = await tried(hass, advanced(entry_data, transport="tls"))
    assert shown == ({"base": "tls_error"}, text(Problem.TLS_NO_TLS))


async def test_without_verification_the_user_is_warned(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It works, and stays a repair issue that can be ignored, until it is turned on."""
    port = simulator.entry.tls_port
    entry = await set_up(transport="tls", port=port, verify_ssl=False)
    issues, key = ir.async_get(hass), f"unverified_server_{entry.entry_id}"
    issue = issues.async_get_issue(DOMAIN, key)
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_placeholders == {"title": "Home", "host": "127.0.0.1"}
    ir.async_ignore_issue(hass, DOMAIN, key, ignore=True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    issue = issues.async_get_issue(DOMAIN, key)
    assert issue is not None
    assert issue.dismissed_version is not None
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert issues.async_get_issue(DOMAIN, key) is None


@pytest.mark.parametrize(
    "changes", [{}, {"transport": "tls", "verify_ssl": True}, {"verify_ssl": False}]
)
async def test_no_warning_where_nothing_is_left_unverified(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    changes: dict[str, Any],
) -> None:
    """With verification; and where nothing is encrypted, the flow has said so."""
    entry = await set_up(wait=False, **changes)
    key = f"unverified_server_{entry.entry_id}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, key) is None


# --- Captive portals ---------------------------------------------------------------


@pytest.mark.parametrize("transport", ["tcp", "ws"])
@pytest.mark.parametrize("answer", ["200", "302", "511"])
async def test_a_portal_is_named(
    hass: HomeAssistant,
    simulator: Simulator,
    entry_data: dict[str, Any],
    transport: str,
    answer: str,
) -> None:
    """No word of its page gets to the user."""
    async with server(portal(ANSWERS[answer], stays=True)) as port:
        shown = await tried(hass, advanced(entry_data, transport=transport, port=port))
    assert shown == ({"base": "cannot_connect"}, text(Problem.NOT_MQTT))


async def test_a_portal_shows_once_and_heals(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In the entity and, once, in the log; nobody is asked for a token."""
    gate = Gate(simulator.entry.mqtt_port)
    async with server(gate.serve) as port:
        entry = await set_up(wait=False, port=port)
        await eventually(lambda: gate.shown >= 3)
        state = hass.states.get(CONNECTIVITY)
        assert state is not None
        assert (state.state, state.attributes["problem"]) == ("off", "not_mqtt")
        gate.open = True
        await eventually(lambda: entry.runtime_data.data.online)
        state = hass.states.get(CONNECTIVITY)
        assert state is not None
        assert (state.state, state.attributes["problem"]) == ("on", None)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert not hass.config_entries.flow.async_progress()
    assert len(re.findall("Not connected to Blynk: .*", caplog.text)) == 1


# --- Redirects to an attacker ---------------------------------------------------------


@pytest.mark.parametrize(("scheme", "transport"), [("tcp", "tcp"), ("tls", "tls")])
async def test_a_redirect_to_an_attacker_is_an_issue_and_nothing_else(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    tmp_path: Path,
    scheme: str,
    transport: str,
) -> None:
    """The name leads to a server that listens, and that nobody connects to."""
    names = Names({"attacker.example": "127.0.0.1"})
    hass.data[DATA_RESOLVER] = cast(HassAsyncDNSResolver, names)
    region = simulator.entry
    port = region.tls_port if transport == "tls" else region.mqtt_port
    tls = Authority().issue(tmp_path) if transport == "tls" else None
    async with attacker(tls) as villain:
        entry = await set_up(transport=transport, port=port, verify_ssl=False)
        target = f"{scheme}://attacker.example:{villain.port}"
        await simulator.redirect(uri=target, then="close")
        issues, key = ir.async_get(hass), f"redirect_refused_{entry.entry_id}"
        await eventually(lambda: issues.async_get_issue(DOMAIN, key))
        issue = issues.async_get_issue(DOMAIN, key)
        assert issue is not None
        assert issue.translation_placeholders is not None
        shown = issue.translation_placeholders["target"]
        assert shown.endswith(f"://attacker.example:{villain.port}")
        await eventually(lambda: entry.runtime_data.data.online)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert (villain.connections, bytes(villain.received)) == (0, b"")
    assert not names.asked


# --- Another client on the token ------------------------------------------------------


async def other_client(simulator: Simulator) -> None:
    """Come online on the same token for a moment, as another house does."""
    target = device_settings(simulator).endpoint
    async with Link(target, TOKEN, on_message=lambda *_: None, client_id="other"):
        assert simulator.device.online


async def test_a_war_over_a_token_is_one_issue_until_it_is_over(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It does not come and go with each round, and goes by itself at the end."""
    entry = await set_up()
    issues, key = ir.async_get(hass), f"token_in_use_{entry.entry_id}"
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        for _ in range(3):
            await eventually(lambda: entry.runtime_data.data.online, 600)
            await other_client(simulator)
            await eventually(lambda: not entry.runtime_data.data.online)
        await eventually(lambda: issues.async_get_issue(DOMAIN, key))
        assert entry.runtime_data.data.problem is Problem.SECOND_CLIENT
        lost_at = hass.loop.time()
        await eventually(lambda: entry.runtime_data.data.online, 600)
        assert hass.loop.time() - lost_at >= 55
        await asyncio.sleep(50)
        assert issues.async_get_issue(DOMAIN, key) is not None
        await eventually(lambda: issues.async_get_issue(DOMAIN, key) is None, 30)
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_second_client_that_is_refused_comes_in_when_the_other_is_gone(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk's answer tells no more than "unavailable"; the text names both reasons."""
    simulator.behaviour.second_client = SecondClient.NEW_REFUSED
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        async with running(device_settings(simulator)) as other:
            await other.ready()
            entry = await set_up(wait=False)
            await eventually(
                lambda: entry.runtime_data.data.problem is Problem.REFUSED, 60
            )
            await asyncio.sleep(3600)
            assert not entry.runtime_data.data.online
            # One try in two and a half minutes, on average.
            assert len(simulator.journal.find(Kind.CONNECT)) < 60
        await eventually(lambda: entry.runtime_data.data.online, 301)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert "another client" in text(Problem.REFUSED)


# --- The clock on the wall --------------------------------------------------------------


@pytest.mark.parametrize("years", [-30, 10])
async def test_a_clock_that_jumps_costs_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    years: int,
) -> None:
    """A small computer without a battery is set right by the network, while we run."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(temperature())
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = lambda: skipped.wall() - skipped.shifted
        await simulator.wait_for(
            lambda: simulator.device.datastreams["Temperature"].value == 20
        )
        skipped.shifted = years * 365 * 86400
        hass.states.async_set("sensor.temperature", "21")
        await simulator.wait_for(
            lambda: simulator.device.datastreams["Temperature"].value == 21, 600
        )
        await asyncio.sleep(600)
        assert entry.runtime_data.data.online
        await simulator.drop()
        await eventually(lambda: not entry.runtime_data.data.online)
        await eventually(lambda: entry.runtime_data.data.online, 5)
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(simulator.journal.find(Kind.CONNECT)) == 2
