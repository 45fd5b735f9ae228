"""What the device's messages do to its datastreams, and what comes back."""

from __future__ import annotations

import json

import pytest

from simulator import BooleanText, Simulator, UnsetAnswer
from simulator.datastreams import Value
from simulator.mqtt.packets import PacketType

from .conftest import TOKEN
from .peer import Peer


async def deliver(peer: Peer, topic: str, payload: str | bytes = b"") -> None:
    """Publish at QoS 1; once it is acknowledged, it has been processed."""
    data = payload.encode() if isinstance(payload, str) else payload
    peer.publish(topic, data, qos=1)
    while (await peer.receive()).type is not PacketType.PUBACK:
        pass


def value_of(sim: Simulator, name: str) -> Value | None:
    """Return a datastream's stored value."""
    return sim.device.datastreams[name].value


def diagnostics(sim: Simulator) -> list[str]:
    """Return the texts of all diagnostics."""
    return [diagnostic.text for diagnostic in sim.device.diagnostics]


@pytest.fixture
def level() -> int:
    """Run these tests with MQTT 3.1.1: what is inside a message does not depend on it."""
    return 4


# --- ds/NAME -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "payload", "value"),
    [
        ("Switch", "1", 1),
        ("Switch", "0", 0),
        ("Switch", "17", 1),  # clamped
        ("Switch", "-3", 0),
        ("Wohnzimmer Größe", "-2147483648", -(2**31)),
        ("Temperature", "21.50", 21.5),
        ("Temperature", "21", 21.0),
        ("Temperature", "-1e1", -10.0),
        ("Temperature", "1e9", 80.0),
        ("Text", "", ""),
        ("Text", "grün\0blau", "grün\0blau"),
        ("Text", "x" * 1000, "x" * 1000),
        ("Open", "1", True),
        ("Open", "true", True),
        ("Open", "OFF", False),
        ("Mode", "1", 1),
        ("Mode", "7", 0),  # the fallback
        ("Place", "13.4\x0052.5", (13.4, 52.5)),
        ("Place", "13.4, 52.5", (13.4, 52.5)),
    ],
)
async def test_a_value_is_stored_by_its_type(
    sim: Simulator, device: Peer, name: str, payload: str, value: Value
) -> None:
    await deliver(device, f"ds/{name}", payload)
    assert value_of(sim, name) == value
    assert type(value_of(sim, name)) is type(value)
    assert sim.device.datastreams[name].writes_by_device == 1
    assert not diagnostics(sim)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("Switch", "1.0"),
        ("Switch", "on"),
        ("Switch", ""),
        ("Switch", " 1"),
        ("Switch", "99999999999"),
        ("Switch", "1\x002"),
        ("Temperature", "nan"),
        ("Temperature", "inf"),
        ("Temperature", "unavailable"),
        ("Temperature", "21,5"),
        ("Open", "2"),
        ("Mode", "Heat"),
        ("Place", "13.4"),
        ("Place", "190\x0010"),
        ("Place", "1\x002\x003"),
        ("Text", b"\xff\xfe"),
    ],
)
async def test_a_value_of_another_type_is_ignored(
    sim: Simulator, device: Peer, name: str, payload: str | bytes
) -> None:
    await deliver(device, f"ds/{name}", payload)
    assert value_of(sim, name) is None
    assert diagnostics(sim) == [
        f"{name}: not of type {sim.device.datastreams[name].definition.type}"
    ]
    assert sim.device.online


@pytest.mark.parametrize(
    ("topic", "diagnostic"),
    [
        ("ds/Nowhere", "unknown datastream: Nowhere"),
        ("ds/switch", "unknown datastream: switch"),
        ("ds/V0", "unknown datastream: V0"),
        ("ds/", "unknown topic: ds/"),
        ("ds", "unknown topic: ds"),
        ("ds/Switch/nonsense", "unknown topic: ds/Switch/nonsense"),
        ("home/kitchen", "unknown topic: home/kitchen"),
        ("downlink/ds/Switch", "unknown topic: downlink/ds/Switch"),
    ],
)
async def test_an_unknown_place_is_ignored(
    sim: Simulator, device: Peer, topic: str, diagnostic: str
) -> None:
    device.publish(topic, b"1")
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload.decode()) == ("downlink/diag", diagnostic)
    assert sim.device.online
    assert sim.cloud.quota.used(sim.cloud.clock()) == 1


@pytest.mark.parametrize(("name", "value"), [("V0", 1), ("v0", None), ("V99", None)])
async def test_pins_can_be_made_addresses(
    sim: Simulator, device: Peer, name: str, value: int | None
) -> None:
    sim.behaviour.pin_addressing = True
    await deliver(device, f"ds/{name}", "1")
    assert value_of(sim, "Switch") == value
    await sim.press("Switch", 0)
    assert (await device.expect(PacketType.PUBLISH)).topic == "downlink/ds/Switch"


# --- batch_ds ------------------------------------------------------------------


async def test_a_batch_is_one_message_with_one_time(
    sim: Simulator, device: Peer
) -> None:
    batch = {
        "Switch": 1,
        "Temperature": 21,
        "Text": "ü",
        "Open": True,
        "Mode": 1,
        "Place": [13.4, 52.5],
    }
    await deliver(device, "batch_ds", json.dumps(batch))
    stored = {name: value_of(sim, name) for name in batch}
    assert stored == {**batch, "Place": (13.4, 52.5)}
    times = {sim.device.datastreams[name].updated_at for name in batch}
    assert len(times) == 1
    assert sim.device.messages_in == sim.device.messages_used == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Switch", "1"),
        ("Switch", 1.5),
        ("Switch", True),
        ("Switch", None),
        ("Temperature", "21.5"),
        ("Temperature", [1]),
        ("Text", 5),
        ("Open", 1),
        ("Mode", "Heat"),
        ("Place", "13.4,52.5"),
        ("Place", [1]),
        ("Place", [1, "2"]),
        ("Nowhere", 1),
    ],
)
async def test_a_bad_entry_of_a_batch_loses_only_itself(
    sim: Simulator, device: Peer, name: str, value: object
) -> None:
    batch = {name: value, "Wohnzimmer Größe": 5}
    await deliver(device, "batch_ds", json.dumps(batch))
    assert value_of(sim, "Wohnzimmer Größe") == 5
    assert len(diagnostics(sim)) == 1
    assert name in diagnostics(sim)[0]
    assert name == "Nowhere" or value_of(sim, name) is None


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b'{"Temperature": NaN}',
        b'{"Temperature": Infinity}',
        b"\xff",
        b"[" * 900,
    ],
)
async def test_a_batch_that_is_no_object_is_ignored(
    sim: Simulator, device: Peer, payload: bytes
) -> None:
    await deliver(device, "batch_ds", payload)
    assert diagnostics(sim) == ["batch_ds: not a JSON object"]
    assert sim.device.online


# --- erase, properties, info, events -------------------------------------------


async def test_a_value_can_be_erased(sim: Simulator, device: Peer) -> None:
    await deliver(device, "ds/Temperature", "20")
    await deliver(device, "ds/Temperature/erase")
    assert value_of(sim, "Temperature") is None
    assert sim.device.datastreams["Temperature"].effective_value is None


@pytest.mark.parametrize(
    ("payload", "stored"), [("#FF0000", "#FF0000"), ("A\0B", ("A", "B")), ("", "")]
)
async def test_a_property_stays_until_it_is_erased(
    sim: Simulator, device: Peer, payload: str, stored: str | tuple[str, ...]
) -> None:
    properties = sim.device.datastreams["Switch"].properties
    await deliver(device, "ds/Switch/prop/labels", payload)
    assert properties == {"labels": stored}
    await deliver(device, "ds/Switch/prop/labels/erase")
    await deliver(device, "ds/Switch/prop/never/erase")
    assert not properties
    assert not diagnostics(sim)


async def test_info_mcu_is_recorded(sim: Simulator, device: Peer) -> None:
    info = {"tmpl": "TMPLabcd1234", "ver": "0.1.2", "rxbuff": 1024}
    await deliver(device, "info/mcu", json.dumps(info))
    assert sim.device.info_mcu == info


async def test_info_mcu_that_is_no_object_is_ignored(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "info/mcu", "[1]")
    assert sim.device.info_mcu is None
    assert diagnostics(sim) == ["info/mcu: not a JSON object"]


async def test_rxbuff_caps_what_is_sent(sim: Simulator, device: Peer) -> None:
    """20 bytes of variable header for downlink/ds/Text, 40 in all."""
    await deliver(device, "info/mcu", '{"rxbuff": 40}')
    assert not await sim.press("Text", "x" * 23)
    assert sim.device.dropped == 1
    assert await sim.press("Text", "x" * 22)


# --- get/ds --------------------------------------------------------------------


async def answers(
    sim: Simulator, peer: Peer, topic: str, names: str = ""
) -> dict[str, bytes]:
    """Ask and return the answers by datastream name."""
    peer.publish(topic, names.encode())
    peer.ping()
    found: dict[str, bytes] = {}
    while (packet := await peer.receive()).type is not PacketType.PINGRESP:
        if packet.topic.startswith("downlink/ds/"):
            found[packet.topic.removeprefix("downlink/ds/")] = packet.payload
    return found


async def test_get_answers_with_values_and_defaults(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "ds/Temperature", "20.5")
    names = "Switch,Temperature, Wohnzimmer Größe,Nowhere"
    found = await answers(sim, device, "get/ds", names)
    assert found == {"Switch": b"0", "Temperature": b"20.5"}
    assert diagnostics(sim) == ["unknown datastream: Nowhere"]


async def test_unset_datastreams_can_be_answered_with_nothing_in_it(
    sim: Simulator, device: Peer
) -> None:
    sim.behaviour.unset_answer = UnsetAnswer.EMPTY
    assert await answers(sim, device, "get/ds", "Text") == {"Text": b""}


async def test_get_all_is_about_synced_datastreams(
    sim: Simulator, device: Peer
) -> None:
    await sim.press("Wohnzimmer Größe", 5)
    await device.expect(PacketType.PUBLISH)
    await deliver(device, "ds/Temperature", "20.5")
    found = await answers(sim, device, "get/ds/all")
    assert found == {"Switch": b"0", "Wohnzimmer Größe": b"5"}


async def test_answers_need_a_subscription(sim: Simulator, peer: Peer) -> None:
    await peer.connected(TOKEN)
    assert await answers(sim, peer, "get/ds/all") == {}


# --- Widgets -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pressed", "stored", "payload"),
    [
        ("Switch", 1, 1, b"1"),
        ("Switch", "1", 1, b"1"),
        ("Switch", True, 1, b"1"),
        ("Switch", 5.0, 1, b"1"),
        ("Temperature", 21, 21.0, b"21.0"),
        ("Temperature", "99.5", 80.0, b"80.0"),
        ("Temperature", 1e-7, 1e-7, b"0.0000001"),
        ("Text", "a\0b", "a\0b", b"a\0b"),
        ("Open", True, True, b"1"),
        ("Open", 0, False, b"0"),
        ("Mode", 9, 0, b"0"),
        ("Place", [13.4, 52.5], (13.4, 52.5), b"13.4\x0052.5"),
        ("Place", (13, 52), (13.0, 52.0), b"13.0\x0052.0"),
    ],
)
async def test_a_press_is_clamped_stored_and_sent(
    sim: Simulator,
    device: Peer,
    name: str,
    pressed: bool | float | str | list[float],
    stored: Value,
    payload: bytes,
) -> None:
    assert await sim.press(name, pressed)
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload) == (f"downlink/ds/{name}", payload)
    assert value_of(sim, name) == stored
    assert sim.device.datastreams[name].writes_by_app == 1


async def test_booleans_can_be_words(sim: Simulator, device: Peer) -> None:
    sim.behaviour.boolean_text = BooleanText.WORDS
    await sim.press("Open", True)
    assert (await device.expect(PacketType.PUBLISH)).payload == b"true"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("Nowhere", 1, LookupError),
        ("Switch", "on", ValueError),
        ("Switch", 1.5, ValueError),
        ("Switch", None, ValueError),
        ("Place", [500, 1], ValueError),
    ],
)
async def test_a_press_that_makes_no_sense_is_an_error(
    sim: Simulator,
    name: str,
    value: float | str | list[float] | None,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        await sim.press(name, value)


async def test_a_press_without_a_device_is_stored_only(
    sim: Simulator, peer: Peer
) -> None:
    assert not await sim.press("Switch", 1)
    assert value_of(sim, "Switch") == 1
    await peer.subscribed(TOKEN)
    assert await answers(sim, peer, "get/ds", "Switch") == {"Switch": b"1"}


@pytest.mark.parametrize(("echo", "messages"), [(False, []), (True, [b"20.5"])])
async def test_the_devices_own_write_can_be_echoed(
    sim: Simulator, device: Peer, echo: bool, messages: list[bytes]
) -> None:
    sim.behaviour.echo = echo
    device.publish("ds/Temperature", b"20.5")
    device.ping()
    received = []
    while (packet := await device.receive()).type is not PacketType.PINGRESP:
        received.append(packet.payload)
    assert received == messages
