"""The device HTTPS API."""

from __future__ import annotations

import ssl

import aiohttp
import pytest

from simulator import HttpWrongRegion, Simulator
from simulator.mqtt.packets import PacketType

from .conftest import TOKEN
from .peer import Peer

API = "/external/api"


@pytest.fixture
def level() -> int:
    """Run these tests with MQTT 3.1.1: HTTP is the same for both."""
    return 4


async def call(
    http: aiohttp.ClientSession, path: str, token: str = TOKEN
) -> tuple[int, str]:
    """Call the API; return status and body."""
    mark = "&" if "?" in path else "?"
    async with http.get(
        f"{API}/{path}{mark}token={token}", allow_redirects=False
    ) as response:
        return response.status, await response.text()


def error(text: str) -> tuple[int, str]:
    """Return what a refused call must give."""
    return 400, f'{{"error": {{"message": "{text}"}}}}'


async def test_a_device_is_connected_or_not(
    sim: Simulator, http: aiohttp.ClientSession, peer: Peer
) -> None:
    assert await call(http, "isHardwareConnected") == (200, "false")
    await peer.connected(TOKEN)
    assert await call(http, "isHardwareConnected") == (200, "true")


@pytest.mark.parametrize(
    "name",
    [
        "isHardwareConnected",
        "get?v0",
        "getAll",
        "update?v0=1",
        "batch/update?v0=1",
        "update/property?pin=v0&label=A",
        "logEvent?code=a",
        "device/meta?metaFieldId=1",
        "device/meta/update?metaFieldId=3&value=a",
    ],
)
@pytest.mark.parametrize("token", ["", "x" * 32])
async def test_a_bad_token_is_refused(
    http: aiohttp.ClientSession, name: str, token: str
) -> None:
    assert await call(http, name, token) == error("Invalid token.")


async def test_paths_are_case_sensitive(http: aiohttp.ClientSession) -> None:
    status, _ = await call(http, "ishardwareconnected")
    assert status == 404


async def test_the_wrong_region_redirects(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    await sim.redirect("ny3")
    async with http.get(
        f"{API}/get?token={TOKEN}&v0", allow_redirects=False
    ) as response:
        assert response.status == 308
        home = f"http://127.0.0.1:{sim.regions['ny3'].http_port}"
        assert response.headers["Location"].startswith(f"{home}{API}/get?token=")
    async with http.get(f"{API}/get?token={TOKEN}&v0") as response:
        assert (response.status, await response.text()) == (200, "0")
    sim.behaviour.http_wrong_region = HttpWrongRegion.REFUSE
    assert await call(http, "getAll") == error("Invalid token.")


async def test_it_speaks_tls(sim: Simulator) -> None:
    context = ssl.create_default_context(cafile=sim.ca_file)
    origin = f"https://127.0.0.1:{sim.entry.https_port}"
    async with aiohttp.ClientSession() as session:
        url = f"{origin}{API}/isHardwareConnected?token={TOKEN}"
        async with session.get(url, ssl=context) as response:
            assert await response.json() is False
        await sim.redirect("ny3")
        async with session.get(url, ssl=context, allow_redirects=False) as response:
            port = sim.regions["ny3"].https_port
            assert response.headers["Location"].startswith(f"https://127.0.0.1:{port}/")


async def test_get_all_gives_the_pins_with_a_value(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    assert await call(http, "getAll") == (200, "{}")
    await sim.press("Place", [13.4, 52.5])
    await sim.press("Switch", 1)
    await sim.press("Text", "hallo")
    assert await call(http, "getAll") == (
        200,
        '{"v0": 1, "v2": "hallo", "v5": [13.4, 52.5]}',
    )


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("v1", (200, "20.5")),
        ("V1", (200, "20.5")),
        ("dataStreamId=2", (200, "20.5")),
        ("v0", (200, "0")),  # the default
        ("v2", (200, "")),
        ("v1&v0", (200, '{"v1": 20.5}')),
        ("v99", error("No datastream setup for that pin.")),
        ("x1", error("Wrong pin format.")),
        ("", error("Wrong pin format.")),
        (
            "dataStreamId=99",
            error("Requested dataStream doesn't exist in the product Simulator"),
        ),
    ],
)
async def test_get(
    sim: Simulator, http: aiohttp.ClientSession, query: str, answer: tuple[int, str]
) -> None:
    await sim.press("Temperature", 20.5)
    assert await call(http, f"get?{query}") == answer


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("v0=1", "Switch", 1),
        ("v0=9", "Switch", 1),
        ("V1=20.5", "Temperature", 20.5),
        ("dataStreamId=3&value=a%20b", "Text", "a b"),
        ("pin=v5&value=13.4&value=52.5", "Place", (13.4, 52.5)),
        ("v5=13.4&v5=52.5", "Place", (13.4, 52.5)),
        ("v2=a&v2=b", "Text", "a\0b"),
    ],
)
async def test_update_writes_as_a_widget_does(
    sim: Simulator,
    http: aiohttp.ClientSession,
    device: Peer,
    query: str,
    name: str,
    value: object,
) -> None:
    assert await call(http, f"update?{query}") == (200, "")
    assert sim.device.datastreams[name].value == value
    message = await device.expect(PacketType.PUBLISH)
    assert message.topic == f"downlink/ds/{name}"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("v0=on", "Value doesn't match the Datastream data type."),
        ("v0=1.5", "Value doesn't match the Datastream data type."),
        ("v77=1", "No datastream setup for that pin."),
        ("switch=1", "Wrong pin format."),
        ("pin=0&value=1", "Wrong pin format."),
        ("", "Wrong pin format."),
    ],
)
async def test_update_refuses_in_blynks_words(
    http: aiohttp.ClientSession, query: str, text: str
) -> None:
    assert await call(http, f"update?{query}") == error(text)


async def test_every_call_costs_a_message(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    for name in ("isHardwareConnected", "getAll", "get?v0", "update?v0=1"):
        await call(http, name)
    await call(http, "getAll", token="x" * 32)
    assert sim.cloud.quota.used(sim.cloud.clock()) == 4


async def test_a_batch_writes_several_pins(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    assert await call(http, "batch/update?v0=1&v1=20.5") == (200, "")
    assert await call(http, "get?v0&v1") == (200, '{"v0": 1, "v1": 20.5}')
    assert [(await device.expect(PacketType.PUBLISH)).topic for _ in range(2)] == [
        "downlink/ds/Switch",
        "downlink/ds/Temperature",
    ]
    assert await call(http, "batch/update") == error("Wrong pin format.")


async def test_points_of_other_times_are_uploaded(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    now = int(sim.cloud.clock() * 1000)
    points = [[now - 2000, 20.5], [now - 1000, 21.5], [now - 1000, "warm"]]
    url = f"{API}/batch/update?token={TOKEN}&pin=v1"
    async with http.post(url, json=points) as response:
        assert (response.status, await response.text()) == (200, "OK")
    stored = sim.device.datastreams["Temperature"].history
    assert [(point.time * 1000, point.value) for point in stored] == [
        (now - 2000, 20.5),
        (now - 1000, 21.5),
    ]
    for body in (b"{", b'{"v": 1}', b"[" + b"[1,1]," * 10_000 + b"[1,1]]"):
        async with http.post(url, data=body) as response:
            assert response.status == 400


async def test_a_widget_property_is_overridden(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    query = "pin=v4&label=Heating&labels=Cold&labels=Warm"
    assert await call(http, f"update/property?{query}") == (200, "")
    assert sim.device.datastreams["Mode"].properties == {
        "label": "Heating",
        "labels": ("Cold", "Warm"),
    }
    assert await call(http, "update/property?pin=v99&label=A") == error(
        "No datastream setup for that pin."
    )


async def test_an_event_is_recorded(
    sim: Simulator, http: aiohttp.ClientSession
) -> None:
    sim.cloud.define_events({"alarm": "The alarm"})
    assert await call(http, "logEvent?code=alarm&description=Help") == (200, "")
    assert [event.description for event in sim.device.last_events] == ["Help"]
    assert await call(http, "logEvent?code=alarm") == error(
        "less than 1 s after the last one"
    )
    assert await call(http, "logEvent?code=other") == error(
        "Can't find Event with this code in Product template"
    )


async def test_metadata_is_read_and_written(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    assert await call(http, "device/meta?metaFieldId=1") == (200, "Simulated device")
    update = "device/meta/update?metaFieldName=Hotspot%20Name&value=home"
    assert await call(http, update) == (200, "")
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload) == ("downlink/meta/Hotspot Name", b"home")
    assert await call(http, "device/meta?metaFieldId=99") == error(
        "MetaField doesn't exist"
    )
