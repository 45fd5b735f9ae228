"""Setting up, mending and changing a Blynk device, against the simulator."""

import asyncio
from collections.abc import Callable
import ssl
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device import endpoint
from custom_components.blynk_bridge.flows import live_test
from custom_components.blynk_bridge.flows.credentials import Credentials
from custom_components.blynk_bridge.upkeep import ISSUE_UNKNOWN_DATASTREAMS
from simulator import Simulator, SimulatorOptions
from simulator.journal import Kind

from .conftest import TEMPLATE_ID, TOKEN, SetUp, exposure, temperature
from .device.conftest import eventually
from .test_plan_check import PACKAGE
from .translated import translated

OTHER_TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-6789"

DEFINES = (
    f'#define BLYNK_TEMPLATE_ID "{TEMPLATE_ID}"',
    '#define BLYNK_TEMPLATE_NAME "My House"',
    f'#define BLYNK_AUTH_TOKEN "{TOKEN}"',
)

ADVANCED = ("host", "port", "transport", "verify_ssl", "protocol")


@pytest.fixture
def advanced(entry_data: dict[str, Any]) -> dict[str, Any]:
    """Return the section that leads to the simulator over plain TCP."""
    return {field: entry_data[field] for field in ADVANCED}


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Start a flow as a user does."""
    return translated(
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
    )


async def submit(
    hass: HomeAssistant, flow: ConfigFlowResult, **fields: Any
) -> ConfigFlowResult:
    """Fill in the form that a flow shows."""
    return translated(
        await hass.config_entries.flow.async_configure(flow["flow_id"], fields)
    )


async def without_exposures(
    hass: HomeAssistant, flow: ConfigFlowResult
) -> ConfigFlowResult:
    """Leave the step empty that asks what to expose at once."""
    assert flow["step_id"] == "expose"
    return await submit(hass, flow)


def suggested(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form shows as typed already."""
    assert result["data_schema"] is not None
    return {
        field.schema: field.description["suggested_value"]
        for field in result["data_schema"].schema
        if field.description
    }


# --- The user flow -------------------------------------------------------------------


async def test_a_device_is_set_up(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    entry_data: dict[str, Any],
) -> None:
    """The credentials are tried, and the entry comes online with them."""
    flow = await start(hass)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "user"
    assert not flow["errors"]

    result = await submit(
        hass, flow, token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )

    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    # Who has chosen nothing is told where it goes on.
    assert result["description"] == "nothing_exposed"
    assert result["title"] == "Blynk Bridge"
    assert result["data"] == entry_data
    entry = result["result"]
    assert entry.unique_id == Credentials(TOKEN, TEMPLATE_ID).fingerprint
    assert TOKEN not in str(entry.unique_id)
    await simulator.wait_for(lambda: simulator.device.connections == 2)
    await simulator.wait_for(lambda: simulator.device.online)
    assert entry.state is ConfigEntryState.LOADED


def collapsed(result: ConfigFlowResult) -> bool:
    """Return whether the connection's section is closed."""
    assert result["data_schema"] is not None
    return bool(result["data_schema"].schema["advanced"].options["collapsed"])


async def test_the_section_stays_open(
    hass: HomeAssistant, advanced: dict[str, Any]
) -> None:
    """Once something was entered in it: no error hides that again."""
    flow = await start(hass)
    assert collapsed(flow)
    flow = await submit(hass, flow, token="short", template_id=TEMPLATE_ID)
    assert collapsed(flow)
    flow = await submit(
        hass, flow, token="short", template_id=TEMPLATE_ID, advanced=advanced
    )
    assert flow["errors"] == {"token": "invalid_token_format"}
    assert not collapsed(flow)


async def test_the_defaults_are_those_of_the_public_cloud(hass: HomeAssistant) -> None:
    """A user of blynk.cloud need not open the section."""
    flow = await start(hass)
    assert flow["data_schema"] is not None
    section = flow["data_schema"].schema["advanced"]
    assert section.options["collapsed"]
    assert section({}) == {
        "host": "blynk.cloud",
        "transport": "tls",
        "verify_ssl": True,
        "protocol": "3.1.1",
    }


@pytest.mark.parametrize(
    ("transport", "port"),
    [
        ("tcp", lambda sim: sim.entry.mqtt_port),
        ("tls", lambda sim: sim.entry.tls_port),
        ("ws", lambda sim: sim.entry.ws_port),
        ("wss", lambda sim: sim.entry.wss_port),
    ],
)
@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
async def test_every_way_to_connect(
    hass: HomeAssistant,
    simulator: Simulator,
    transport: str,
    port: Callable[[Simulator], int],
    protocol: str,
) -> None:
    """Each transport with each version of MQTT; the certificate is our own."""
    chosen = {
        "host": "127.0.0.1",
        "port": port(simulator),
        "transport": transport,
        "verify_ssl": False,
        "protocol": protocol,
    }
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=chosen,
    )
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert {field: result["data"][field] for field in ADVANCED} == chosen
    assert simulator.device.info_mcu is not None
    assert simulator.device.info_mcu["tmpl"] == TEMPLATE_ID


async def test_a_certificate_that_is_trusted(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TLS with its checks on, towards an authority that the system knows."""
    monkeypatch.setattr(
        "custom_components.blynk_bridge.connection.client_context",
        lambda: ssl.create_default_context(cafile=str(simulator.ca_file)),
    )
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced | {"transport": "tls", "port": simulator.entry.tls_port},
    )
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("transport", ["tls", "wss"])
async def test_a_certificate_that_is_not_trusted(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any], transport: str
) -> None:
    """The token stays here; without verification it goes through."""
    port = {"tls": simulator.entry.tls_port, "wss": simulator.entry.wss_port}[transport]
    secure = advanced | {"transport": transport, "port": port}
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=secure,
    )
    assert result["errors"] == {"base": "tls_error"}
    assert not simulator.journal.find(Kind.CONNECT)

    result = await submit(
        hass,
        result,
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=secure | {"verify_ssl": False},
    )
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "fields",
    [
        {"token": "\n".join(DEFINES)},
        {"token": "\r\n".join(DEFINES)},
        {"token": "".join(DEFINES)},
        {"token": " ".join(reversed(DEFINES))},
        {"token": "".join(DEFINES), "template_id": "TMPLtyped"},
        {"token": "", "template_id": "\n".join(DEFINES)},
        {
            "token": f"BLYNK_TEMPLATE_ID = '{TEMPLATE_ID}'\n"
            f"BLYNK_AUTH_TOKEN = '{TOKEN}'\n"
            'BLYNK_TEMPLATE_NAME = "My House"'
        },
    ],
)
async def test_the_lines_of_the_developer_tools_are_pasted(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    fields: dict[str, str],
) -> None:
    """As they are, in any order; single-line inputs strip the newlines."""
    result = await submit(hass, await start(hass), **fields, advanced=advanced)
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "My House"
    assert result["data"]["token"] == TOKEN
    assert result["data"]["template_id"] == TEMPLATE_ID


async def test_pasted_lines_fill_the_form_when_something_else_is_wrong(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """What was recognized is shown in its field, and the name is not lost."""
    result = await submit(
        hass,
        await start(hass),
        token="".join(DEFINES),
        advanced=advanced | {"host": "https://blynk.cloud"},
    )
    assert result["errors"] == {"base": "invalid_host"}
    assert suggested(result) == {"token": TOKEN, "template_id": TEMPLATE_ID}

    result = await submit(
        hass, result, token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    result = await without_exposures(hass, result)
    assert result["title"] == "My House"


async def test_a_wrong_token_is_corrected(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The form comes back with what was typed, which no log has seen."""
    result = await submit(
        hass,
        await start(hass),
        token=OTHER_TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced,
    )
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "invalid_auth"}
    assert suggested(result) == {"token": OTHER_TOKEN, "template_id": TEMPLATE_ID}

    result = await submit(
        hass, result, token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["token"] == TOKEN
    await simulator.wait_for(lambda: simulator.device.connections == 2)
    await simulator.wait_for(lambda: simulator.device.online)
    assert "Sending CONNECT" in caplog.text
    assert TOKEN not in caplog.text
    assert OTHER_TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"token": "a" * 31}, {"token": "invalid_token_format"}),
        ({"token": "a" * 33}, {"token": "invalid_token_format"}),
        ({"token": "a" * 31 + "/"}, {"token": "invalid_token_format"}),
        ({"token": "a" * 31 + "ä"}, {"token": "invalid_token_format"}),
        ({"token": ""}, {"token": "invalid_token_format"}),
        ({"token": DEFINES[0]}, {"token": "invalid_token_format"}),
        (
            {"token": '#define BLYNK_AUTH_TOKEN ""\n' + DEFINES[0]},
            {"token": "invalid_token_format"},
        ),
        ({"template_id": "TMPL"}, {"template_id": "invalid_template_id"}),
        ({"template_id": "TMPL123"}, {"template_id": "invalid_template_id"}),
        ({"template_id": "tmplabcd"}, {"template_id": "invalid_template_id"}),
        ({"template_id": "TMPLabcd/"}, {"template_id": "invalid_template_id"}),
        ({"template_id": ""}, {"template_id": "invalid_template_id"}),
        ({"host": "https://blynk.cloud"}, {"base": "invalid_host"}),
        ({"host": "blynk.cloud:8883"}, {"base": "invalid_host"}),
        ({"host": "blynk.cloud/mqtt"}, {"base": "invalid_host"}),
        ({"host": "user@blynk.cloud"}, {"base": "invalid_host"}),
        ({"host": "blynk..cloud"}, {"base": "invalid_host"}),
        ({"host": f"{'a' * 64}.cloud"}, {"base": "invalid_host"}),
        ({"host": " "}, {"base": "invalid_host"}),
        ({"port": 0}, {"base": "invalid_port"}),
        ({"port": 65536}, {"base": "invalid_port"}),
        ({"port": -1}, {"base": "invalid_port"}),
        ({"port": 1883.5}, {"base": "invalid_port"}),
    ],
)
async def test_bad_input(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Each has its own error, and nothing is sent anywhere."""
    entered: dict[str, Any] = {"token": TOKEN, "template_id": TEMPLATE_ID}
    for field, value in fields.items():
        (advanced if field in ADVANCED else entered)[field] = value
    result = await submit(hass, await start(hass), **entered, advanced=advanced)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    assert not simulator.journal.find(Kind.CONNECT)


async def test_a_template_is_required(
    hass: HomeAssistant, advanced: dict[str, Any]
) -> None:
    """Optional in the form only, so that pasted lines can bring it."""
    result = await submit(hass, await start(hass), token=TOKEN, advanced=advanced)
    assert result["errors"] == {"template_id": "invalid_template_id"}


async def test_a_transport_that_does_not_exist(
    hass: HomeAssistant, advanced: dict[str, Any]
) -> None:
    """The selector refuses it; no frontend offers it."""
    with pytest.raises(InvalidData):
        await submit(
            hass,
            await start(hass),
            token=TOKEN,
            template_id=TEMPLATE_ID,
            advanced=advanced | {"transport": "carrier pigeon"},
        )


async def test_a_server_that_is_away(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """Nobody listens; once somebody does, the same form goes through."""
    await simulator.stop_listening()
    entered = {"token": TOKEN, "template_id": TEMPLATE_ID, "advanced": advanced}
    result = await submit(hass, await start(hass), **entered)
    assert result["errors"] == {"base": "cannot_connect"}

    await simulator.start_listening()
    result = await submit(hass, result, **entered)
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_server_that_does_not_answer(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The whole live test has a time limit."""
    simulator.behaviour.withhold_connack = True
    monkeypatch.setattr(live_test, "TIMEOUT", 0.2)
    result = await submit(
        hass, await start(hass), token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    assert result["errors"] == {"base": "cannot_connect"}
    await simulator.wait_for(lambda: not simulator.device.links)


async def test_a_redirect_is_followed(
    hass: HomeAssistant, socket_enabled: None, entry_data: dict[str, Any]
) -> None:
    """The live test ends where the device lives; the entry keeps what was entered."""
    options = SimulatorOptions(token=TOKEN, template_id=TEMPLATE_ID, home="ny3")
    async with Simulator(options) as simulator:
        advanced = {field: entry_data[field] for field in ADVANCED}
        advanced["port"] = simulator.entry.mqtt_port
        result = await submit(
            hass,
            await start(hass),
            token=TOKEN,
            template_id=TEMPLATE_ID,
            advanced=advanced,
        )
        result = await without_exposures(hass, result)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["data"]["port"] == simulator.entry.mqtt_port
        assert simulator.journal.find(Kind.REDIRECT, region="fra1")
        assert simulator.journal.find(Kind.PUBLISH, topic="info/mcu", region="ny3")
        await hass.config_entries.async_unload(result["result"].entry_id)


async def test_a_redirect_to_a_stranger_is_refused(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """The form says where the server wanted to send the token."""
    simulator.behaviour.redirect_always = "mqtt://blynk.example:1883"
    result = await submit(
        hass, await start(hass), token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    assert result["errors"] == {"base": "redirect_refused"}
    assert result["description_placeholders"] is not None
    assert (
        result["description_placeholders"]["redirect_target"]
        == "mqtt://blynk.example:1883"
    )


async def test_redirects_in_a_circle(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """Two regions that send the device to each other are given up."""
    simulator.behaviour.redirect_always = "next"
    result = await submit(
        hass, await start(hass), token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    assert result["errors"] == {"base": "cannot_connect"}


@pytest.mark.no_fail_on_log_exception
async def test_an_error_that_nobody_expects(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged with its traceback, without the token."""

    def fail(data: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(live_test, "tls_context", fail)
    result = await submit(
        hass, await start(hass), token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    assert result["errors"] == {"base": "unknown"}
    assert "RuntimeError: broken" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_device_is_set_up_once(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any], set_up: SetUp
) -> None:
    """The session of the entry that has it is not disturbed."""
    await set_up()
    result = await submit(
        hass, await start(hass), token=TOKEN, template_id=TEMPLATE_ID, advanced=advanced
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert simulator.device.connections == 1


# --- Re-authentication ---------------------------------------------------------------


async def denied(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> tuple[MockConfigEntry, ConfigFlowResult]:
    """Set up an entry whose token Blynk then replaces; return the flow that mends it."""
    entry = await set_up()
    simulator.cloud.deny(simulator.device, OTHER_TOKEN)
    async with asyncio.timeout(10):
        while not (flows := hass.config_entries.flow.async_progress()):
            await asyncio.sleep(0.01)
    (flow,) = flows
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["step_id"] == "reauth_confirm"
    return entry, flow


@pytest.mark.parametrize(
    ("pasted", "template_id", "reason"),
    [
        (OTHER_TOKEN, TEMPLATE_ID, "reauth_successful"),
        (
            f'#define BLYNK_TEMPLATE_ID "TMPLother" #define BLYNK_AUTH_TOKEN "{OTHER_TOKEN}"',
            "TMPLother",
            "template_changed",
        ),
    ],
    ids=["the token alone", "the pasted lines of another device"],
)
async def test_a_new_token_brings_the_entry_back(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entry_data: dict[str, Any],
    pasted: str,
    template_id: str,
    reason: str,
) -> None:
    """Blynk refuses the old one, the user enters the new one, the device is online.

    The user is told where that brings another template.
    """
    entry, flow = await denied(hass, simulator, set_up)

    result = await submit(hass, flow, token=pasted)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    assert entry.data == entry_data | {"token": OTHER_TOKEN, "template_id": template_id}
    assert entry.unique_id == Credentials(OTHER_TOKEN, "").fingerprint
    # One session of the live test, and the entry's own.
    await simulator.wait_for(lambda: simulator.device.connections == 3)
    await simulator.wait_for(lambda: simulator.device.online)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()


async def test_a_new_token_that_is_wrong_too(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The entry stays as it is until a token works."""
    entry, flow = await denied(hass, simulator, set_up)
    for token, errors in (
        ("short", {"token": "invalid_token_format"}),
        (
            f"#define BLYNK_TEMPLATE_ID nonsense #define BLYNK_AUTH_TOKEN {OTHER_TOKEN}",
            {"token": "invalid_template_id"},
        ),
        (TOKEN, {"base": "invalid_auth"}),
        ("x" * 32, {"base": "invalid_auth"}),
    ):
        flow = await submit(hass, flow, token=token)
        assert flow["errors"] == errors
        assert entry.data["token"] == TOKEN
    result = await submit(hass, flow, token=OTHER_TOKEN)
    assert result["reason"] == "reauth_successful"
    await simulator.wait_for(lambda: simulator.device.online)


async def test_a_new_token_of_another_entry(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Two entries never share a device."""
    MockConfigEntry(
        domain=DOMAIN, unique_id=Credentials("y" * 32, "").fingerprint
    ).add_to_hass(hass)
    entry, flow = await denied(hass, simulator, set_up)
    result = await submit(hass, flow, token="y" * 32)
    assert result["errors"] == {"token": "already_configured"}
    assert entry.data["token"] == TOKEN


async def test_a_token_that_was_right_after_all(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The entry comes back even if nothing about it changes."""
    entry, flow = await denied(hass, simulator, set_up)
    simulator.device.token = TOKEN
    result = await submit(hass, flow, token=TOKEN)
    assert result["reason"] == "reauth_successful"
    await simulator.wait_for(lambda: simulator.device.connections == 3)
    await simulator.wait_for(lambda: simulator.device.online)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


# --- Reconfiguration -----------------------------------------------------------------


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Start to change an entry as a user does."""
    return translated(await entry.start_reconfigure_flow(hass))


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
async def test_template_and_connection_are_changed(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    advanced: dict[str, Any],
    protocol: str,
) -> None:
    """The entry's own session makes room for the live test: Blynk allows one."""
    entry = await set_up(protocol=protocol)
    flow = await reconfigure(hass, entry)
    assert flow["step_id"] == "reconfigure"
    assert suggested(flow) == {"template_id": TEMPLATE_ID}
    assert not collapsed(flow)
    assert flow["data_schema"] is not None
    section = flow["data_schema"].schema["advanced"]
    assert {
        field.schema: field.description["suggested_value"]
        for field in section.schema.schema
    } == advanced | {"protocol": protocol}

    changed = {
        "host": "127.0.0.1",
        "port": simulator.entry.wss_port,
        "transport": "wss",
        "verify_ssl": False,
        "protocol": protocol,
    }
    result = await submit(hass, flow, template_id="TMPLother", advanced=changed)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "template_changed"
    assert entry.data == changed | {"token": TOKEN, "template_id": "TMPLother"}
    await simulator.wait_for(lambda: simulator.device.connections == 3)
    await simulator.wait_for(lambda: simulator.device.online)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert simulator.device.info_mcu is not None
    assert simulator.device.info_mcu["tmpl"] == "TMPLother"


async def test_the_section_left_closed_changes_nothing_in_it(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, entry_data: dict[str, Any]
) -> None:
    """Only the template is changed."""
    entry = await set_up()
    flow = await reconfigure(hass, entry)
    result = await submit(hass, flow, template_id="TMPLother")
    assert result["reason"] == "template_changed"
    assert entry.data == entry_data | {"template_id": "TMPLother"}
    await simulator.wait_for(lambda: simulator.device.connections == 3)


async def test_a_port_is_given_up(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    advanced: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty port is the transport's usual one, not the one before."""
    monkeypatch.setitem(
        endpoint._DEFAULT_PORTS, endpoint.Transport.TCP, simulator.entry.mqtt_port
    )
    entry = await set_up()
    del advanced["port"]
    result = await submit(
        hass,
        await reconfigure(hass, entry),
        template_id=TEMPLATE_ID,
        advanced=advanced,
    )
    assert result["reason"] == "reconfigure_successful"
    assert "port" not in entry.data
    await simulator.wait_for(lambda: simulator.device.connections == 3)


async def test_trust_is_given_up(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    advanced: dict[str, Any],
) -> None:
    """Of one host and of all, and by another server; it does not begin here."""
    entry = await set_up(trusted_hosts=["a.example", "b.example"])
    for chosen in (["b.example"], []):
        flow = await reconfigure(hass, entry)
        with pytest.raises(InvalidData):
            await submit(
                hass,
                flow,
                template_id=TEMPLATE_ID,
                advanced=advanced | {"trusted_hosts": ["c.example"]},
            )
        result = await submit(
            hass,
            flow,
            template_id=TEMPLATE_ID,
            advanced=advanced | {"trusted_hosts": chosen},
        )
        assert result["reason"] == "reconfigure_successful"
        assert entry.data.get("trusted_hosts", []) == chosen
        await hass.async_block_till_done()
        await eventually(lambda: entry.runtime_data.data.online)
    schema = (await reconfigure(hass, entry))["data_schema"]
    assert schema is not None
    assert "trusted_hosts" not in schema.schema["advanced"].schema.schema


async def test_a_change_that_fails(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entry_data: dict[str, Any],
    advanced: dict[str, Any],
) -> None:
    """The entry keeps its data and comes back with them."""
    entry = await set_up()
    flow = await reconfigure(hass, entry)
    for fields, errors in (
        ({"template_id": "nonsense"}, {"template_id": "invalid_template_id"}),
        (
            {"template_id": TEMPLATE_ID, "advanced": advanced | {"host": "a b"}},
            {"base": "invalid_host"},
        ),
    ):
        flow = await submit(hass, flow, **fields)
        assert flow["errors"] == errors
    assert simulator.device.connections == 1

    flow = await submit(
        hass,
        flow,
        template_id="TMPLother",
        advanced=advanced | {"transport": "tls", "port": simulator.entry.tls_port},
    )
    assert flow["errors"] == {"base": "tls_error"}
    assert entry.data == entry_data
    assert entry.state is ConfigEntryState.LOADED
    await simulator.wait_for(lambda: simulator.device.connections == 2)
    await simulator.wait_for(lambda: simulator.device.online)


async def test_an_entry_that_does_not_unload_is_tried_beside(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And is not set up a second time, whatever comes of it."""
    entry = await set_up()

    async def refuse(entry_id: str) -> bool:
        return False

    elsewhere = {**entry.data, "transport": "tls", "port": simulator.entry.tls_port}
    with monkeypatch.context() as patched:
        patched.setattr(hass.config_entries, "async_unload", refuse)
        failure = await live_test.async_try_for_entry(hass, entry, elsewhere)
    assert failure is not None
    assert failure.error == "tls_error"
    assert entry.state is ConfigEntryState.LOADED


async def test_an_entry_that_is_not_loaded_is_changed(
    hass: HomeAssistant,
    simulator: Simulator,
    config_entry: MockConfigEntry,
) -> None:
    """It is loaded with the new data."""
    config_entry.add_to_hass(hass)
    flow = await reconfigure(hass, config_entry)
    result = await submit(hass, flow, template_id="TMPLother")
    assert result["reason"] == "template_changed"
    await simulator.wait_for(lambda: simulator.device.connections == 2)
    await hass.async_block_till_done()
    assert config_entry.state is ConfigEntryState.LOADED


async def test_the_lines_of_another_device_are_pasted(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, entry_data: dict[str, Any]
) -> None:
    """Home Assistant moves to it, once it works; what others keep beside it stays."""
    entry = await set_up(trusted="blynk.example")
    lines = "\r\n".join(DEFINES).replace(TOKEN, OTHER_TOKEN)
    flow = await reconfigure(hass, entry)
    flow = await submit(hass, flow, template_id=lines)
    assert flow["errors"] == {"base": "invalid_auth"}
    # The token is not shown, and stands for itself as long as the template does.
    assert suggested(flow) == {"template_id": TEMPLATE_ID}
    simulator.device.token = OTHER_TOKEN
    result = await submit(hass, flow, template_id=TEMPLATE_ID)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == entry_data | {"token": OTHER_TOKEN, "trusted": "blynk.example"}
    assert entry.unique_id == Credentials(OTHER_TOKEN, "").fingerprint
    await simulator.wait_for(lambda: simulator.device.online)


@pytest.mark.parametrize(
    ("pasted", "error"),
    [
        (f"#define BLYNK_AUTH_TOKEN {OTHER_TOKEN}", "invalid_template_id"),
        (f"{DEFINES[0]} #define BLYNK_AUTH_TOKEN {TOKEN[1:]}", "invalid_token_format"),
        (
            f"{DEFINES[0]} #define BLYNK_AUTH_TOKEN {OTHER_TOKEN}",
            "already_configured",
        ),
    ],
    ids=["without a template", "with half a token", "of another entry's device"],
)
async def test_lines_that_lead_nowhere(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    pasted: str,
    error: str,
) -> None:
    """The entry stays online meanwhile."""
    MockConfigEntry(
        domain=DOMAIN, unique_id=Credentials(OTHER_TOKEN, "").fingerprint
    ).add_to_hass(hass)
    entry = await set_up()
    flow = await submit(hass, await reconfigure(hass, entry), template_id=pasted)
    assert flow["errors"] == {"template_id": error}
    assert simulator.device.connections == 1


async def test_another_template_keeps_what_is_exposed(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it has no datastream for is found out, and becomes a repair issue."""
    for name in ("_SETTLE_TIME", "_PATIENCE"):
        monkeypatch.setattr(f"{PACKAGE}.datastream_check.{name}", 0.1)
    hass.states.async_set("sensor.temperature", "20")
    hass.states.async_set("sensor.humidity", "40")
    entry = await set_up(
        temperature(),
        exposure("sensor.humidity", "value", "Humidity", "double", "publish"),
    )
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Humidity"].value == 40
    )
    await eventually(lambda: entry.runtime_data.upkeep.check._found)
    issues = ir.async_get(hass)
    issue_id = f"{ISSUE_UNKNOWN_DATASTREAMS}_{entry.entry_id}"
    assert issues.async_get_issue(DOMAIN, issue_id) is None

    del simulator.device.datastreams["Humidity"]
    flow = await reconfigure(hass, entry)
    result = await submit(hass, flow, template_id="TMPLother")
    assert result["reason"] == "template_changed"
    await eventually(lambda: issues.async_get_issue(DOMAIN, issue_id) is not None)
    assert [each.title for each in entry.subentries.values()] == [
        "Temperature",
        "Humidity",
    ]


# --- The server ----------------------------------------------------------------------


async def test_blynks_own_servers_are_offered_by_name(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    """In every form that asks for the server, which takes any other one, too."""
    for flow in (await start(hass), await reconfigure(hass, await set_up())):
        assert flow["data_schema"] is not None
        fields = flow["data_schema"].schema["advanced"].schema.schema
        selector = fields["host"]
        assert selector.config["options"] == [
            {
                "value": "blynk.cloud",
                "label": "Finds your region by itself (blynk.cloud)",
            },
            {"value": "fra1.blynk.cloud", "label": "Frankfurt (fra1.blynk.cloud)"},
            {"value": "lon1.blynk.cloud", "label": "London (lon1.blynk.cloud)"},
            {"value": "ny3.blynk.cloud", "label": "New York (ny3.blynk.cloud)"},
            {"value": "sgp1.blynk.cloud", "label": "Singapore (sgp1.blynk.cloud)"},
            {"value": "blr1.blynk.cloud", "label": "Bangalore (blr1.blynk.cloud)"},
        ]
        assert selector("iot.example.com") == "iot.example.com"


async def test_a_flow_that_nobody_ends_holds_up_no_other(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """Who has closed the browser in the middle begins anew; two make one entry."""
    fields = {
        "token": TOKEN,
        "template_id": TEMPLATE_ID,
        "advanced": advanced,
    }
    first = await submit(hass, await start(hass), **fields)
    assert first["step_id"] == "expose"
    second = await submit(hass, await start(hass), **fields)
    done = await without_exposures(hass, second)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    assert not hass.config_entries.flow.async_progress()
