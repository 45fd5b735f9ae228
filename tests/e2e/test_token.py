"""Where the token is, after a home has run with everything logged that can be."""

import base64
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from custom_components.blynk_bridge.const import DOMAIN
from demo import flows
from demo.waiting import wait_for
from simulator import Simulator, SimulatorOptions
from tests.conftest import TEMPLATE, TEMPLATE_ID

from .home import NOT_OURS, Home, until_online

TOKEN: Final = "Qf7-hT3kWz9LrBx_0vNcYd5JmGs2PuEa"
WRONG: Final = "Wr0ng-q5Zt8_LmKx2vBn7HsDf4GjPw9Y"
NEW: Final = "N3w-_tYu6RiOp1AsXc5VbQw8EzKm2JhL"
ATTACKER: Final = "attacker.example"
PART: Final = 12
"""Characters of a token that nothing else can have by chance."""
STORED: Final = Path(".storage/core.config_entries")
"""Where an entry's data are kept, as those of every integration."""

CONFIGURATION = f"""\
frontend:
diagnostics:
history:
logbook:
recorder:
  commit_interval: 1
logger:
  default: debug
  logs:
{NOT_OURS}    aiomqtt: debug
    paho: debug
    custom_components.blynk_bridge: debug
input_boolean:
  lamp:
    name: Lamp
input_text:
  message:
    name: Message
    max: 100
"""


def forms(token: str) -> Iterator[bytes]:
    """Yield what tells of a token: any part of it, in any case, and as it is encoded.

    All in small letters.
    """
    for start in range(len(token) - PART + 1):
        yield token[start : start + PART].lower().encode()
    raw = token.encode()
    # Base64 begins anew every three bytes, wherever the token begins in what is encoded.
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        yield encoded[4:-4].lower().encode()
    yield raw.hex().encode()
    yield "".join(f"%{byte:02x}" for byte in raw).encode()


def files_with(folder: Path, token: str) -> set[Path]:
    """Return the files below a folder that hold a form of the token."""
    wanted = [*forms(token)]
    found: set[Path] = set()
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes().lower()
            if any(form in content for form in wanted):
                found.add(file.relative_to(folder))
    return found


def hostile(simulator: Simulator) -> Mapping[str, bytes]:
    """Return what a server may send that repeats the token, by topic."""
    token = simulator.token
    return {
        "downlink/diag": f"token {token} is bad, {token.upper()} too".encode(),
        f"downlink/ds/{token}": b"1",
        f"downlink/ds/Lamp/{token}": b"1",
        "downlink/ds/Lamp": f"not a number: {token}".encode(),
        "downlink/ds/Message": token.encode(),
        f"downlink/meta/{token}": token.encode(),
        f"downlink/{token}": token.encode(),
        f"else/{token.upper()}": b"",
        "downlink/ota/json": f'{{"ver": "{token}"}}'.encode(),
        "downlink/redirect": f"mqtts://{token}:{token}@{ATTACKER}/{token}".encode(),
    }


async def _add(home: Home, simulator: Simulator) -> str:
    """Add the integration as a user does who has mistyped the token; return the entry's id."""
    client = home.client
    form = await client.request("POST", flows.CONFIG_FLOW, {"handler": DOMAIN})
    path = f"{flows.CONFIG_FLOW}/{form['flow_id']}"
    advanced = {
        "host": "127.0.0.1",
        "port": simulator.entry.tls_port,
        "transport": "tls",
        "verify_ssl": True,
        "protocol": "5",
    }
    refused = await client.request(
        "POST",
        path,
        {"token": WRONG, "template_id": TEMPLATE_ID, "advanced": advanced},
    )
    assert [*refused["errors"].values()] == ["invalid_auth"]
    answers: dict[str, Any] = {"token": TOKEN, "template_id": TEMPLATE_ID, **advanced}
    created = await flows.resume(client, form["flow_id"], answers)
    assert created["type"] == "create_entry"
    return str(created["result"]["entry_id"])


async def _expose(home: Home, entry_id: str) -> None:
    """Expose a lamp and a text, through the flow."""
    for entity_id, trait, datastream, data_type in (
        ("input_boolean.lamp", "power", "Lamp", "integer"),
        ("input_text.message", "value", "Message", "string"),
    ):
        created = await flows.walk(
            home.client,
            flows.SUBENTRY_FLOW,
            [entry_id, "datastream"],
            {
                "entity_id": entity_id,
                "trait": trait,
                "direction": "both",
                "datastream": datastream,
                "data_type": data_type,
                "opted_in": True,
            },
        )
        assert created["type"] == "create_entry"


async def _download_diagnostics(home: Home, entry_id: str) -> None:
    """Put what a user attaches to a bug report among Home Assistant's files."""
    path = f"/api/diagnostics/config_entry/{entry_id}"
    diagnostics = await home.client.request("GET", path)
    assert diagnostics["data"]
    file = home.folder / "diagnostics.json"
    file.write_text(json.dumps(diagnostics), encoding="utf-8")


async def _switch(home: Home, simulator: Simulator, *, on: bool) -> None:
    """Press the lamp's widget, and see the lamp follow."""
    await simulator.press("Lamp", int(on))
    await wait_for(
        lambda: home.client.state("input_boolean.lamp"),
        15,
        f"the lamp is {on}",
        lambda lamp: lamp.state == ("on" if on else "off"),
    )


async def _authenticate_again(home: Home, simulator: Simulator) -> None:
    """Revoke the token, and answer what Home Assistant asks then: first wrongly."""
    simulator.cloud.deny(simulator.device, NEW)
    in_progress = await wait_for(
        lambda: home.client.flows_in_progress(DOMAIN),
        40,
        "Home Assistant asks for a new token",
        lambda found: any(flow.source == "reauth" for flow in found),
    )
    flow_id = next(flow.flow_id for flow in in_progress if flow.source == "reauth")
    path = f"{flows.CONFIG_FLOW}/{flow_id}"
    refused = await home.client.request("POST", path, {"token": WRONG})
    assert [*refused["errors"].values()] == ["invalid_auth"]
    result = await flows.resume(home.client, flow_id, {"token": NEW})
    assert result["reason"] == "reauth_successful"


async def test_the_token_is_in_the_config_entry_and_nowhere_else(
    tmp_path: Path, socket_enabled: None
) -> None:
    """Logs, database, storage: all that Home Assistant writes, in its debug mode.

    `core.config_entries` is where Home Assistant keeps any integration's credentials, as
    the file that holds them all; it writes it anew and keeps no copy. The token
    before the last and one that was mistyped are not even there.
    """
    options = SimulatorOptions(
        token=TOKEN, template_id=TEMPLATE_ID, datastreams=TEMPLATE
    )
    folder = tmp_path / "home"
    async with Simulator(options) as simulator:
        authority = simulator.ca_file.read_bytes()
        home = Home(folder, CONFIGURATION, (), authority, ["--debug", "--verbose"])
        async with home:
            entry_id = await _add(home, simulator)
            await until_online(simulator)
            await _expose(home, entry_id)
            await _switch(home, simulator, on=True)
            for topic, payload in hostile(simulator).items():
                assert await simulator.send(topic, payload)
            await simulator.stop_listening()
            await home.client.call("input_boolean.turn_off", "input_boolean.lamp")
            await simulator.start_listening()
            await until_online(simulator)
            await simulator.redirect(uri=f"mqtts://{ATTACKER}", then="disconnect")
            await simulator.wait_for(lambda: not simulator.device.online)
            await until_online(simulator)
            # What is no MQTT at all, with the token in it.
            await simulator.send_raw(b"\x00\x20" + TOKEN.encode(), then_close=True)
            await simulator.wait_for(lambda: not simulator.device.online)
            await until_online(simulator)
            await _switch(home, simulator, on=True)
            await _download_diagnostics(home, entry_id)
            await _authenticate_again(home, simulator)
            await until_online(simulator)
            assert await home.stop()
            await home.start_again()
            await until_online(simulator)
            await _switch(home, simulator, on=False)
            report = await home.take_report()
            assert await home.stop()
    assert files_with(folder, NEW) == {STORED}
    assert files_with(folder, TOKEN) == set()
    assert files_with(folder, WRONG) == set()
    # It was all there to be seen: debug lines of the session, and a database.
    assert "[custom_components.blynk_bridge.device" in home.log
    assert (folder / "home-assistant_v2.db").stat().st_size > 0
    assert home.complaints() == []
    assert report.slow_of_ours == []


def test_a_form_of_the_token_is_found(tmp_path: Path) -> None:
    """The search itself: whatever a log or a URL may make of a token."""
    for number, text in enumerate(
        [
            f"Bearer {TOKEN.upper()}",
            f"token: {TOKEN[:20]}…",
            quote(base64.b64encode(f"device:{TOKEN}".encode())),
            base64.b64encode(f"x{TOKEN}y".encode()).decode(),
            f"payload {TOKEN.encode().hex(' ').replace(' ', '')}",
            "".join(f"%{byte:02X}" for byte in TOKEN.encode()),
        ]
    ):
        (tmp_path / str(number)).write_text(text, encoding="utf-8")
    (tmp_path / "harmless").write_text("abcdef012345", encoding="utf-8")
    assert files_with(tmp_path, TOKEN) == {Path(str(number)) for number in range(6)}
