"""Typed messages, and the MQTT topics and payloads they travel as."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
import json
from typing import Final

from .errors import InvalidMessage, InvalidName
from .values import DataType, JsonValue, Value, to_text

DOWNLINK_FILTER: Final = "downlink/#"
MESSAGE_SIZE_MAX: Final = 1000
"""Bytes of variable header and payload; Blynk's public cloud takes 1024."""
DATASTREAM_NAME_MAX: Final = 128
"""Bytes; what Blynk's own ESP-IDF client reserves for a name."""
_RXBUFF: Final = 1024
_TEXT_MAX: Final = 1024
_NAME_FORBIDDEN: Final = frozenset("/,+#\0")
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Topic length (2), packet identifier (2), an empty set of MQTT 5 properties (1).
_HEADER_SIZE: Final = 5


@dataclass(frozen=True, slots=True)
class DatastreamWrite:
    """A widget, an automation or the HTTPS API wrote a datastream."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """A metadata field of the device: changed, or asked for."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class ServerTime:
    """The server's time, which only tells that it has heard our question."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """The device belongs on another server."""

    target: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """The server found something to complain about."""

    text: str


@dataclass(frozen=True, slots=True)
class Reboot:
    """The user chose Reboot in the Blynk app."""


@dataclass(frozen=True, slots=True)
class Reconfigure:
    """The user chose Reconfigure in the Blynk app."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The server asks whether we live; the PUBACK is the whole answer."""


@dataclass(frozen=True, slots=True)
class FirmwareOffer:
    """A firmware package was shipped to this device."""

    version: str | None


type Downlink = (
    DatastreamWrite
    | MetadataValue
    | ServerTime
    | Redirect
    | Diagnostic
    | Reboot
    | Reconfigure
    | Ping
    | FirmwareOffer
)


@dataclass(frozen=True, slots=True)
class Publication:
    """One MQTT message on its way up; it costs one message of the quota."""

    topic: str
    payload: bytes = b""

    @property
    def size(self) -> int:
        """Return the bytes that count against Blynk's limit of 1024.

        Source: Blynk docs, device-mqtt-api/authentication: variable header
        and payload together.
        """
        return _HEADER_SIZE + len(self.topic.encode()) + len(self.payload)


type TimedValue = tuple[int, JsonValue]
"""Milliseconds of the epoch, and the value's form in JSON."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What we are, as the console shows it under firmware."""

    template_id: str
    version: str
    build: str
    """The time of the build, as C's `__DATE__ __TIME__`; fixed, never now."""


def parse(topic: str, payload: bytes) -> Downlink:
    """Return the typed message of a downlink.

    Raises InvalidMessage for an unknown topic, a payload that is not UTF-8 or
    has the wrong form, and a text over 1,024 bytes.
    Source: Blynk docs, device-mqtt-api/topic-structure.
    """
    prefix, _, rest = topic.partition("/")
    if prefix != "downlink":
        raise InvalidMessage("not a downlink topic")
    if len(payload) > _TEXT_MAX:
        raise InvalidMessage(f"payload of {len(payload)} bytes")
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise InvalidMessage("payload is not UTF-8") from error
    kind, _, name = rest.partition("/")
    if kind == "ds" and name:
        return DatastreamWrite(name, text)
    if kind == "meta" and name:
        return MetadataValue(name, text)
    if known := _CONTROL.get(rest):
        return known(text)
    raise InvalidMessage("unknown topic")


def valid_name(name: str) -> str:
    """Return the datastream name, raise InvalidName if MQTT can't address it.

    `/` collides with `ds/NAME/erase`, a comma splits `get/ds`, `+`, `#` and NUL
    are not for topics, and outer spaces are lost on the way through the console.
    """
    if not name or name != name.strip():
        raise InvalidName("empty, or with spaces around it")
    if not _NAME_FORBIDDEN.isdisjoint(name) or not name.isprintable():
        raise InvalidName("with a character that is not allowed")
    if len(name.encode()) > DATASTREAM_NAME_MAX:
        raise InvalidName(f"longer than {DATASTREAM_NAME_MAX} bytes")
    return name


def value(name: str, datum: Value, data_type: DataType) -> Publication:
    """Return the update of one datastream (`ds/NAME`)."""
    return text(name, to_text(datum, data_type))


def text(name: str, content: str) -> Publication:
    """Return the update of one datastream with what is a text already (`ds/NAME`)."""
    return Publication(f"ds/{name}", content.encode())


def batch(values: Mapping[str, JsonValue]) -> Publication:
    """Return the update of several datastreams at once (`batch_ds`)."""
    return Publication("batch_ds", _compact(values))


def _compact(content: object) -> bytes:
    """Return the JSON of values, as short as it can be."""
    return _JSON.encode(content).encode()


def timestamped_batch(name: str, points: Iterable[TimedValue]) -> Publication:
    """Return points of other times than now (`ds/NAME/timestamped_batch`).

    Milliseconds of the epoch, at most a month ago or ahead, and values as in
    `batch_ds`. Source: Blynk docs, device-mqtt-api/datastreams.
    """
    rows = [[milliseconds, form] for milliseconds, form in points]
    return Publication(f"ds/{name}/timestamped_batch", _compact(rows))


def timestamped_batches(
    name: str, points: Iterable[TimedValue], size_max: int = MESSAGE_SIZE_MAX
) -> Iterator[tuple[int, Publication]]:
    """Yield as few messages as it takes, in order, each with how many points it has.

    A text that no message can hold is cut.
    """
    empty = timestamped_batch(name, ()).size
    packed: list[TimedValue] = []
    size = empty
    for point in points:
        # Each one brings a comma, the first one brings none.
        added = len(_compact(point)) + bool(packed)
        if packed and size + added > size_max:
            yield len(packed), timestamped_batch(name, packed)
            packed, size, added = [], empty, added - 1
        packed.append(
            point if size + added <= size_max else _cut(name, point, size_max)
        )
        size += added
    if packed:
        yield len(packed), timestamped_batch(name, packed)


def _cut(name: str, point: TimedValue, size_max: int) -> TimedValue:
    """Return the point with its text cut to what a message holds."""
    milliseconds, form = point
    while isinstance(form, str):
        excess = timestamped_batch(name, [(milliseconds, form)]).size - size_max
        if excess <= 0:
            break
        # JSON may spell a character with up to six: a sixth of it too much is enough.
        text = form.encode()
        form = text[: len(text) - (excess + 5) // 6].decode(errors="ignore")
    return milliseconds, form


def get_values(names: Iterable[str]) -> Publication:
    """Return the question for datastreams' stored values (`get/ds`)."""
    return Publication("get/ds", ",".join(names).encode())


def questions(
    names: Iterable[str],
    size_max: int = MESSAGE_SIZE_MAX,
    ask: Callable[[Iterable[str]], Publication] = get_values,
) -> Iterator[tuple[list[str], Publication]]:
    """Yield as many questions (`get/ds`) as it takes, each with what it asks for."""
    asked: list[str] = []
    for name in names:
        if asked and ask([*asked, name]).size > size_max:
            yield asked, ask(asked)
            asked = []
        asked.append(name)
    if asked:
        yield asked, ask(asked)


def get_time() -> Publication:
    """Return the question for the time (`get/utc/all/json`), which any device may ask.

    Source: Blynk docs, device-mqtt-api/topic-structure.
    """
    return Publication("get/utc/all/json")


def get_all_values() -> Publication:
    """Return the question for every datastream the template syncs (`get/ds/all`)."""
    return Publication("get/ds/all")


def erase(name: str) -> Publication:
    """Return the message that clears a datastream's value (`ds/NAME/erase`)."""
    return Publication(f"ds/{name}/erase")


def set_property(name: str, key: str, texts: Iterable[str]) -> Publication:
    """Return the message that overrides a property of a datastream's widgets.

    A list travels with NUL between its parts. The override stays until it is
    erased. Source: Blynk docs, device-mqtt-api/widget-properties.
    """
    return Publication(f"ds/{name}/prop/{key}", "\0".join(texts).encode())


def erase_property(name: str, key: str) -> Publication:
    """Return the message that takes a property's override back."""
    return Publication(f"ds/{name}/prop/{key}/erase")


def event(code: str, description: str = "") -> Publication:
    """Return the message that logs an event (`event/CODE`).

    An empty description stands for the one in the template; over 300 characters
    Blynk drops the event. Source: Blynk docs, device-mqtt-api/events.
    """
    return Publication(f"event/{code}", description.encode())


def device_info(info: DeviceInfo) -> Publication:
    """Return `info/mcu`, the first message of every session.

    Source: Blynk docs, device-mqtt-api/authentication.
    """
    fields = {
        "tmpl": info.template_id,
        "ver": info.version,
        "build": info.build,
        "type": info.template_id,
        "rxbuff": _RXBUFF,
    }
    return Publication("info/mcu", json.dumps(fields, separators=(",", ":")).encode())


def _firmware_offer(text: str) -> FirmwareOffer:
    """Return the package that `ota/json` announces."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage("not JSON") from error
    if not isinstance(fields, dict):
        raise InvalidMessage("not a JSON object")
    version = fields.get("ver")
    # JSON can spell a lone surrogate, which no UTF-8 can show.
    if not isinstance(version, str) or not version.isprintable():
        version = None
    return FirmwareOffer(version)


_CONTROL: Final[Mapping[str, Callable[[str], Downlink]]] = {
    "redirect": Redirect,
    "diag": Diagnostic,
    "ping": lambda _: Ping(),
    "reboot": lambda _: Reboot(),
    "reconfigure": lambda _: Reconfigure(),
    "ota/json": _firmware_offer,
    "utc/all/json": lambda _: ServerTime(),
}
