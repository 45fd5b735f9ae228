"""The test hooks, the live feed and the console page."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from simulator import AfterRedirect, Kind, Simulator
from simulator.device import METADATA
from simulator.mqtt.packets import PacketType

from .conftest import TOKEN, OpenPeer
from .peer import Peer


@pytest.fixture
def level() -> int:
    """Run these tests with MQTT 3.1.1: HTTP is the same for both."""
    return 4


async def post(
    http: aiohttp.ClientSession, name: str, **body: object
) -> dict[str, Any]:
    """Do an action that must succeed; return its answer without the "ok"."""
    async with http.post(f"/sim/{name}", json=body) as response:
        answer: dict[str, Any] = await response.json()
    assert (response.status, answer.pop("ok")) == (200, True), answer
    return answer


async def get(http: aiohttp.ClientSession, name: str) -> Any:
    """Ask a question that must be answered."""
    async with http.get(f"/sim/{name}") as response:
        assert response.status == 200
        return await response.json()


# --- Questions -----------------------------------------------------------------


async def test_the_state_is_the_whole_picture(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    device.publish("info/mcu", b'{"ver": "1.0"}')
    device.publish("ds/Temperature", b"20.5")
    device.publish("ds/Text", b"hallo")
    device.publish("ds/Switch/prop/labels", b"Aus\0An")
    device.publish("ds/Nowhere", b"1")
    device.publish("event/door", b"open", qos=1)
    await sim.wait_for(lambda: sim.device.last_events)
    await sim.press("Switch", 1)
    state = await get(http, "state")

    assert {"template", "entry", "home", "now"} <= state.keys()
    assert [region["name"] for region in state["regions"]] == ["fra1", "ny3"]
    assert state["regions"][0]["mqtt"] == sim.entry.mqtt_port
    device_state = state["device"]
    assert device_state.pop("since") <= state["now"]
    assert device_state.pop("address").startswith("127.0.0.1:")
    assert device_state == {
        "online": True,
        "region": "fra1",
        "protocol": "3.1.1",
        "transport": "tcp",
        "client_id": "test",
        "keepalive": 45,
        "info_mcu": {"ver": "1.0"},
        "metadata": METADATA,
        "connections": 1,
        "redirects": 0,
    }
    assert state["messages"] == {
        "used": 6,
        "quota": 100_000,
        "in": 6,
        "out": 2,
        "per_minute": 6.0,
        "dropped": 0,
    }
    assert [event["code"] for event in state["events"]] == ["door"]
    assert [each["text"] for each in state["diagnostics"]] == [
        "unknown datastream: Nowhere"
    ]
    switch, temperature, text = state["datastreams"][:3]
    assert (switch["value"], switch["source"], switch["control"]) == (1, "app", True)
    assert switch["properties"] == {"labels": ["Aus", "An"]}
    assert (temperature["value"], temperature["source"]) == (20.5, "device")
    assert [value for _, value in temperature["history"]] == [20.5]
    assert temperature["writes"] == {"device": 1, "app": 0}
    assert (text["value"], text["history"]) == ("hallo", [])
    assert TOKEN not in str(state)


async def test_one_datastream_can_be_asked_for(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    await sim.press("Wohnzimmer Größe", 5)
    found = await get(http, "datastreams/Wohnzimmer Größe")
    assert found["value"] == 5
    assert found in await get(http, "datastreams")
    async with http.get("/sim/datastreams/Nowhere") as response:
        assert response.status == 404


async def test_statistics_are_counters(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    await sim.press("Switch", 1)
    statistics = await get(http, "statistics")
    assert statistics["writes"]["Switch"] == {"device": 0, "app": 1}
    assert statistics["messages"]["in"] == 0
    assert statistics["online"] is False


async def test_the_journal_can_be_read_on(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    entries = (await get(http, "journal"))["entries"]
    assert [entry["kind"] for entry in entries] == [
        "connect",
        "connack",
        "subscribe",
        "suback",
    ]
    await sim.send("downlink/ds/Text", b"\xff")
    newest = (await get(http, f"journal?since={entries[-1]['number']}"))["entries"]
    assert [(each["kind"], each["payload"]) for each in newest] == [
        ("publish", "\\xff")
    ]
    async with http.get("/sim/journal?since=yesterday") as response:
        assert response.status == 400


# --- Actions -------------------------------------------------------------------


async def test_a_widget_can_be_pressed(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    answer = await post(http, "widget", datastream="Switch", value=7)
    assert answer["delivered"] is True
    assert answer["datastream"]["value"] == 1
    assert (await device.expect(PacketType.PUBLISH)).topic == "downlink/ds/Switch"


@pytest.mark.parametrize(
    ("hook", "topic"),
    [("reboot", "downlink/reboot"), ("reconfigure", "downlink/reconfigure")],
)
async def test_a_command_has_no_payload(
    http: aiohttp.ClientSession, device: Peer, hook: str, topic: str
) -> None:
    assert await post(http, hook) == {"delivered": True}
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload) == (topic, b"")


async def test_a_diagnostic_can_be_sent(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    assert await post(http, "diag", text="hello") == {"delivered": True}
    assert (await device.expect(PacketType.PUBLISH)).payload == b"hello"


async def test_any_message_can_be_sent(
    http: aiohttp.ClientSession, device: Peer
) -> None:
    answer = await post(http, "send", topic="downlink/x", payload="ü", qos=1)
    assert answer == {"delivered": True}
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload, message.qos) == (
        "downlink/x",
        "ü".encode(),
        1,
    )


async def test_the_device_can_be_pinged(
    http: aiohttp.ClientSession, device: Peer
) -> None:
    ping = asyncio.create_task(post(http, "ping"))
    message = await device.expect(PacketType.PUBLISH)
    device.acknowledge(PacketType.PUBACK, message.packet_id)
    assert 0 <= (await ping)["seconds"] < 5


async def test_the_device_can_be_redirected(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    answer = await post(http, "redirect", region="ny3", then="close")
    assert answer == {"delivered": True, "home": "ny3"}
    assert (await device.expect(PacketType.PUBLISH)).topic == "downlink/redirect"
    assert await device.ended()


async def test_the_device_can_be_dropped(
    http: aiohttp.ClientSession, device: Peer
) -> None:
    assert await post(http, "drop", abort=True) == {"dropped": 1}
    assert await device.ended()


async def test_the_token_can_be_denied(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer, open_peer: OpenPeer
) -> None:
    assert await post(http, "deny") == {}
    assert await device.ended()
    async with open_peer() as again:
        again.connect(TOKEN)
        assert (await again.expect(PacketType.CONNACK)).code == 4
    await post(http, "deny", token=TOKEN)
    async with open_peer() as again:
        await again.connected(TOKEN)


async def test_an_outage_can_be_made(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    await post(http, "outage", seconds=0.05)
    assert await device.ended()
    await sim.wait_for(lambda: sim.broker.listening)


async def test_the_template_can_be_changed(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    await sim.press("Temperature", 20)
    lux = {"name": "Lux", "pin": 9, "type": "integer", "unit": "Lux", "max": 10}
    temperature = {"name": "Temperature", "pin": 1, "max": 30}
    answer = await post(http, "template", datastreams=[lux, temperature])
    assert answer == {"datastreams": 8, "events": 0}
    assert sim.device.datastreams["Temperature"].value == 20
    assert sim.device.datastreams["Temperature"].definition.max == 30
    text = {"name": "Temperature", "pin": 1, "type": "string"}
    assert await post(http, "template", datastreams=[text], replace=True) == {
        "datastreams": 1,
        "events": 0,
    }
    assert sim.device.datastreams["Temperature"].value is None


async def test_behaviour_can_be_read_and_changed(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    changes: dict[str, object] = {
        "after_redirect": "stay",
        "max_rate": 50,
        "connack_delay": 1,
        "echo": True,
        "grant_keepalive": 30,
        "redirect_always": "next",
    }
    answer = await post(http, "behaviour", **changes)
    assert changes.items() <= answer["behaviour"].items()
    assert sim.behaviour.after_redirect is AfterRedirect.STAY
    assert isinstance(sim.behaviour.connack_delay, float)
    await post(http, "behaviour", grant_keepalive=None)
    assert (await get(http, "behaviour"))["grant_keepalive"] is None


async def test_what_was_can_be_forgotten(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    device.publish("ds/Temperature", b"20.5", qos=1)
    await device.expect(PacketType.PUBACK)
    await post(http, "reset", what=["journal", "statistics", "values"])
    assert len(sim.journal) == 0
    assert sim.device.messages_in == 0
    assert sim.cloud.quota.used(sim.cloud.clock()) == 0
    assert sim.device.datastreams["Temperature"].value is None
    assert sim.device.online


@pytest.mark.parametrize(
    ("hook", "body", "status", "error"),
    [
        ("widget", {}, 400, "datastream is missing"),
        ("widget", {"datastream": "Nowhere"}, 404, "no such datastream: Nowhere"),
        ("widget", {"datastream": "Switch"}, 400, "Switch: not of type integer"),
        (
            "widget",
            {"datastream": "Open", "value": "x"},
            400,
            "Open: not of type boolean",
        ),
        ("redirect", {}, 400, "a redirect needs a region or a URI"),
        ("redirect", {"region": "mars"}, 400, "no such region: mars"),
        ("redirect", {"uri": "x", "then": "run"}, 400, "then is one of"),
        ("ping", {}, 409, "the device is not subscribed to downlink/ping"),
        ("send", {"topic": "x", "qos": 3}, 400, "qos is 0, 1 or 2"),
        ("behaviour", {"no_such": 1}, 400, "no such behaviour: no_such"),
        ("behaviour", {"echo": 1}, 400, "echo does not take 1"),
        ("behaviour", {"max_rate": True}, 400, "max_rate does not take True"),
        ("behaviour", {"max_rate": -1}, 400, "max_rate does not take -1"),
        ("behaviour", {"mute": None}, 400, "mute does not take None"),
        ("behaviour", {"oversize": "x"}, 400, "oversize is one of diag, disconnect"),
        ("reset", {"what": ["everything"]}, 400, "cannot reset everything"),
        ("reset", {}, 400, "what is a list"),
        ("template", {"datastreams": [{"name": "A"}]}, 400, "needs a name and a pin"),
        ("template", {"datastreams": [{"name": "a/b", "pin": 1}]}, 400, "forbidden"),
        ("template", {"datastreams": [{"name": "A", "pin": 300}]}, 400, "out of range"),
        (
            "template",
            {"datastreams": [{"name": "A", "pin": 1, "x": 1}]},
            400,
            "unknown field: x",
        ),
        ("template", {"datastreams": [5]}, 400, "not a JSON object"),
        ("template", {}, 400, "datastreams or events are missing"),
        ("template", {"events": "door"}, 400, "events is a list of codes"),
        ("template", {"events": ["door", 5]}, 400, "events is a list of codes"),
        ("template", {"events": ["a/b"]}, 400, "bad event code: 'a/b'"),
        ("template", {"events": {"door": None}}, 400, "door is missing"),
        ("meta", {"field": "a/b", "value": ""}, 400, "bad metadata field: 'a/b'"),
        ("meta", {"field": "Room"}, 400, "value is missing"),
        ("ota", {"url": 5}, 400, "url is a text"),
        ("diag", {"text": 5}, 400, "text is a text"),
    ],
)
async def test_a_mistake_is_explained(
    sim: Simulator,
    http: aiohttp.ClientSession,
    hook: str,
    body: dict[str, object],
    status: int,
    error: str,
) -> None:
    before = sim.behaviour.as_json()
    async with http.post(f"/sim/{hook}", json=body) as response:
        answer = await response.json()
    assert (response.status, answer["ok"]) == (status, False)
    assert error in answer["error"]
    assert sim.behaviour.as_json() == before


@pytest.mark.parametrize("data", [b"{", b"[]", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(
    http: aiohttp.ClientSession, data: bytes
) -> None:
    async with http.post("/sim/widget", data=data) as response:
        assert response.status == 400
        assert (await response.json())["ok"] is False


# --- The feed ------------------------------------------------------------------


async def frame(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """Return the next frame."""
    received: dict[str, Any] = await socket.receive_json(timeout=2)
    return received


async def test_the_feed_begins_with_the_state(
    sim: Simulator, http: aiohttp.ClientSession, peer: Peer
) -> None:
    async with http.ws_connect("/sim/events") as socket:
        first = await frame(socket)
        assert first["type"] == "state"
        assert first["state"]["template"] == sim.template_id

        await peer.connected(TOKEN)
        online = await frame(socket)
        assert (online["type"], online["device"]["online"]) == ("device", True)

        peer.publish("ds/Temperature", b"20.5")
        peer.publish("ds/Temperature", b"21")
        changed = await frame(socket)
        assert changed["type"] == "datastream"
        assert changed["datastream"]["value"] == 21
        assert changed["messages"]["in"] == 2

        peer.publish("ds/Nowhere", b"1")
        peer.publish("event/door", b"open")
        found = {(each := await frame(socket))["type"]: each for _ in range(2)}
        assert (
            found["diagnostic"]["diagnostic"]["text"] == "unknown datastream: Nowhere"
        )
        assert found["event"]["event"]["code"] == "door"


async def test_the_feed_is_limited(sim: Simulator, http: aiohttp.ClientSession) -> None:
    """However much happens, ten frames a second tell of it, and the last one is right."""
    async with http.ws_connect("/sim/events") as socket:
        await frame(socket)
        loop = asyncio.get_running_loop()
        started = loop.time()
        pressing = asyncio.create_task(_press_often(sim))
        frames, shown = 0, None
        while shown != 79:
            shown = _temperature(await frame(socket)) or shown
            frames += 1
        await pressing
        assert 1 < frames <= 10 * (1 + loop.time() - started)


async def _press_often(sim: Simulator) -> None:
    for number in range(80):
        await sim.press("Temperature", number)
        await sim.press("Text", str(number))
        await asyncio.sleep(0.005)


def _temperature(received: dict[str, Any]) -> object:
    """Return the temperature of a frame, if it tells of it."""
    if received["type"] == "state":
        return received["state"]["datastreams"][1]["value"]
    changed = received["datastream"]
    return changed["value"] if changed["name"] == "Temperature" else None


async def test_much_at_once_comes_as_the_state(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect("/sim/events") as socket:
        await frame(socket)
        for number in range(11):
            sim.cloud.diagnose(sim.device, f"number {number}")
        changed = await frame(socket)
        assert changed["type"] == "state"
        assert len(changed["state"]["diagnostics"]) == 11


async def test_a_changed_template_comes_as_the_state(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect("/sim/events") as socket:
        await frame(socket)
        sim.cloud.define((), replace=True)
        changed = await frame(socket)
        assert changed["state"]["datastreams"] == []


async def test_a_listener_may_leave_at_any_time(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    socket = await http.ws_connect("/sim/events")
    await frame(socket)
    await sim.press("Switch", 1)
    await socket.close()
    async with http.ws_connect("/sim/events") as other:
        assert (await frame(other))["type"] == "state"


# --- The console ---------------------------------------------------------------


async def test_the_console_page_is_served(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as response:
        assert response.status == 200
        assert response.content_type == "text/html"


@pytest.mark.parametrize(
    "path", ["/nowhere.js", "/../cloud.py", "/%2e%2e/cloud.py", "/."]
)
async def test_nothing_but_the_console_is_served(sim: Simulator, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sim.entry.http_port)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    assert b" 404 " in await reader.readline()
    writer.close()
    assert not sim.journal.find(Kind.HTTP)
