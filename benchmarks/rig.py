"""The rig of the timed benchmarks: one broker, and a Home Assistant for each way.

`bare` has nothing but the entities, `bridge` has Blynk Bridge, and `peers` has what a
user would otherwise pick: Home Assistant's `mqtt` with `mqtt_statestream` for what goes
out, and automations with an `mqtt` trigger for what comes in.
"""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
import json
from pathlib import Path
import sys
import tempfile
import time
from typing import Any, Final, Self

import aiomqtt

from custom_components.blynk_bridge.const import CONF_ENTITY_REGISTRY_ID
from demo.home_assistant import ROOT
from demo.waiting import wait_for
from tests.conftest import exposure
from tests.e2e.home import Entry, Home, StoredEntry
from tests.mosquitto.broker import (
    CLOUD_PASSWORD,
    CLOUD_USER,
    HOST,
    Credentials,
    Mosquitto,
    mosquitto_in,
)

from .bench_driver import DOMAIN as DRIVER, INITIAL, SENSORS, entity_id_of
from .size import Size

LAMPS: Final = 20
STREAM: Final = "stream"
"""The topic under which mqtt_statestream publishes."""
COMMANDS: Final = "command"
"""The topic under which the automations are told what to do."""
FLOOR: Final = "floor"
"""The topic on which bare aiomqtt publishes."""
_LINE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of the listener's answer after a storm."""
_ASKED_LIMIT: Final = 120.0
"""Seconds from the first values until each of them has been asked for."""
_QUIET: Final = 6.0
"""Seconds after which nothing of a start is left to be done."""


@dataclass(frozen=True, slots=True)
class MqttEntry:
    """An entry of Home Assistant's own mqtt integration."""

    port: int

    def stored(self) -> dict[str, Any]:
        """Return the entry as Home Assistant stores it."""
        return {
            "entry_id": "01MQTT",
            "domain": "mqtt",
            "title": "mosquitto",
            "version": 2,
            "minor_version": 1,
            "source": "user",
            "unique_id": None,
            "options": {"discovery": False},
            "subentries": [],
            "data": {
                "broker": HOST,
                "port": self.port,
                "username": CLOUD_USER,
                "password": CLOUD_PASSWORD,
            },
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that the independent subscriber has received."""

    topic: str
    payload: str
    at: int
    """Nanoseconds of the monotonic clock."""


class Listener:
    """The independent subscriber, a process of its own."""

    def __init__(self, process: Process) -> None:
        """Talk to it by its pipes."""
        self._process = process

    @classmethod
    async def start(cls, port: int, topics: Sequence[str]) -> Self:
        """Start it, and wait until it is subscribed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.listener", str(port)),
            *(CLOUD_USER, CLOUD_PASSWORD, *topics),
            stdin=PIPE,
            stdout=PIPE,
            cwd=ROOT,
            limit=_LINE_LIMIT,
        )
        listener = cls(process)
        async with asyncio.timeout(30):
            await listener._line()
        return listener

    async def take(self) -> list[Heard]:
        """Return what has come since the last time."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        async with asyncio.timeout(30):
            return [Heard(*item) for item in json.loads(await self._line())]

    async def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        finally:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _line(self) -> bytes:
        """Return its next line. Raises EOFError if it has ended."""
        assert self._process.stdout is not None
        if line := await self._process.stdout.readline():
            return line
        raise EOFError("the listener has ended")


@dataclass(frozen=True, slots=True)
class Rig:
    """All that runs, and a client of the broker to speak with."""

    bare: Home
    bridge: Home
    peers: Home
    listener: Listener
    speaker: aiomqtt.Client

    @property
    def homes(self) -> Mapping[str, Home]:
        """Return each Home Assistant by its name."""
        return {"bare": self.bare, "bridge": self.bridge, "peers": self.peers}


async def drive(home: Home, action: str, **data: Any) -> dict[str, Any]:
    """Have the driver in a Home Assistant do something, and return what it says."""
    path = f"/api/services/{DRIVER}/{action}?return_response"
    answer = await home.client.request("POST", path, data)
    response: dict[str, Any] = answer["service_response"]
    return response


def sensor_of(number: int) -> str:
    """Return the datastream of a sensor."""
    return f"Bench {number:03}"


def lamp_of(number: int) -> str:
    """Return the entity id of a lamp, which commands are for."""
    return f"input_boolean.lamp_{number:02}"


def lamp_datastream(number: int) -> str:
    """Return the datastream of a lamp."""
    return f"Lamp {number:02}"


def bridge_entry(port: int, exposures: int, lamps: int = 0) -> Entry:
    """Return an entry of ours without a quota that exposes so many sensors and lamps."""
    return Entry(
        port=port,
        exposures=[
            exposure(
                *(entity_id_of(number), "value", sensor_of(number)),
                *("double", "publish"),
                **{CONF_ENTITY_REGISTRY_ID: _registry_id(number)},
            )
            for number in range(exposures)
        ]
        + [
            exposure(lamp_of(number), "power", lamp_datastream(number))
            for number in range(lamps)
        ],
        options={"quota": "unlimited"},
    )


@asynccontextmanager
async def rig(exposures: int, size: Size) -> AsyncGenerator[Rig]:
    """Run all of it with so many sensors exposed, and quiet, for as long as the block.

    The bridge asks once a day for every value, half a minute after its start; only a
    quick look does not wait until that is over.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        broker = await stack.enter_async_context(
            mosquitto_in(folder, Credentials.issue(folder), "information")
        )
        port = broker.endpoint().port
        all_asked = await stack.enter_async_context(_answers(broker, exposures + LAMPS))
        listener = await Listener.start(
            port, ("ds/#", "batch_ds", f"{STREAM}/#", FLOOR)
        )
        stack.push_async_callback(listener.stop)
        homes = (
            _home(folder / "bare", _LAMPS),
            _home(
                folder / "bridge", _LAMPS, [bridge_entry(port, exposures, lamps=LAMPS)]
            ),
            _home(folder / "peers", _PEERS, [MqttEntry(port)]),
        )
        for home in homes:
            stack.push_async_exit(home)
        await asyncio.gather(*(home.__aenter__() for home in homes))
        speaker = await stack.enter_async_context(_client(broker))
        await _until_online(listener, exposures)
        if size is Size.FULL:
            async with asyncio.timeout(_ASKED_LIMIT):
                await all_asked.wait()
        await asyncio.sleep(_QUIET)
        await listener.take()
        yield Rig(*homes, listener, speaker)


def _home(
    folder: Path, configuration: str, entries: Sequence[StoredEntry] = ()
) -> Home:
    """Return a Home Assistant with the driver, whose sensors are registered."""
    home = Home(
        folder,
        f"{configuration}logger:\n  default: warning\n",
        entries,
        components=(Path(__file__).parent / DRIVER,),
    )
    storage = folder / ".storage"
    storage.mkdir()
    key = "core.entity_registry"
    registry = {
        "key": key,
        # Home Assistant adds what later versions want to know.
        "version": 1,
        "minor_version": 4,
        "data": {"entities": [_registered(number) for number in range(SENSORS)]},
    }
    (storage / key).write_text(json.dumps(registry), encoding="utf-8")
    return home


def _registry_id(number: int) -> str:
    """Return the id of a sensor in the entity registry."""
    return f"{number:032x}"


def _registered(number: int) -> dict[str, Any]:
    """Return a sensor's entry in the registry, as most entities have one."""
    nothing = (
        *("area_id", "config_entry_id", "device_class", "device_id", "disabled_by"),
        *("entity_category", "icon", "name", "original_device_class"),
        *("original_icon", "original_name", "unit_of_measurement"),
    )
    return {
        **dict.fromkeys(nothing),
        "capabilities": {},
        "entity_id": entity_id_of(number),
        "id": _registry_id(number),
        "platform": DRIVER,
        "supported_features": 0,
        "unique_id": str(number),
    }


_LAMPS: Final = "input_boolean:\n" + "".join(
    f"  lamp_{number:02}:\n    name: Lamp {number:02}\n" for number in range(LAMPS)
)
_AUTOMATION: Final = """\
  - id: "{name}{payload}"
    triggers:
      - trigger: mqtt
        topic: {topic}/{name}
        payload: "{payload}"
    actions:
      - action: input_boolean.turn_{way}
        target:
          entity_id: input_boolean.{name}
"""
_PEERS: Final = (
    f"{_LAMPS}mqtt_statestream:\n  base_topic: {STREAM}\n"
    "  include:\n    entity_globs:\n      - sensor.bench_*\n"
    "automation:\n"
    + "".join(
        _AUTOMATION.format(
            name=f"lamp_{number:02}", payload=payload, topic=COMMANDS, way=way
        )
        for number in range(LAMPS)
        for payload, way in ((1, "on"), (0, "off"))
    )
)


def _client(broker: Mosquitto) -> aiomqtt.Client:
    """Return a client that may say and hear everything."""
    return aiomqtt.Client(
        HOST, broker.endpoint().port, username=CLOUD_USER, password=CLOUD_PASSWORD
    )


@asynccontextmanager
async def _answers(
    broker: Mosquitto, datastreams: int
) -> AsyncGenerator[asyncio.Event]:
    """Answer the questions of the bridge as Blynk does, else it asks for ever.

    The values are those of the start. Yields what is set when it has asked for as many.
    """
    answered: set[str] = set()
    all_asked = asyncio.Event()

    async def answer(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            if message.topic.value == "get/utc/all/json":
                await client.publish("downlink/utc/all/json", b"{}")
            if message.topic.value == "get/ds":
                for name in message.payload.decode().split(","):
                    value = b"0" if name.startswith("Lamp") else str(INITIAL).encode()
                    await client.publish(f"downlink/ds/{name}", value)
                    answered.add(name)
                if len(answered) >= datastreams:
                    all_asked.set()

    async with _client(broker) as client:
        await client.subscribe("get/#", qos=1)
        answering = asyncio.create_task(answer(client))
        try:
            yield all_asked
        finally:
            answering.cancel()
            await asyncio.wait((answering,))


async def _until_online(listener: Listener, exposures: int) -> None:
    """Wait until the bridge has told of every sensor."""
    told: set[str] = set()

    async def missing() -> int:
        for heard in await listener.take():
            if is_of_bridge(heard):
                told.update(values_of(heard))
        return exposures - len(told)

    await wait_for(missing, 60, "the bridge has told of all", lambda found: found <= 0)


def is_of_bridge(heard: Heard) -> bool:
    """Return whether the bridge has sent a message."""
    return heard.topic == "batch_ds" or heard.topic.startswith("ds/")


def values_of(heard: Heard) -> dict[str, float]:
    """Return the values in a message of the bridge, by datastream."""
    if heard.topic == "batch_ds":
        return {name: float(value) for name, value in json.loads(heard.payload).items()}
    return {heard.topic.removeprefix("ds/"): float(heard.payload)}


def now_ns() -> int:
    """Return the clock that all of it shares."""
    return time.monotonic_ns()
