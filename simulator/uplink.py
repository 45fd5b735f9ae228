"""What each uplink topic does. Blynk docs: device-mqtt-api/topic-structure."""

from __future__ import annotations

from collections.abc import Callable
import json
import re
from typing import TYPE_CHECKING

from . import fields, imports, place, values
from .changes import ChangeKind
from .device import DatastreamState, Device, Event

if TYPE_CHECKING:
    from .cloud import Cloud

MAX_EVENT_DESCRIPTION = 300
READ_ONLY_METADATA = frozenset({"Device Name", "Device Owner", "Location"})
PIN = re.compile(r"V(\d{1,3})")


def take(cloud: Cloud, device: Device, topic: str, payload: bytes) -> None:
    """Do what the message asks; whatever is wrong with it only brings a diagnostic [15]."""
    exact = EXACT.get(topic)
    if exact is not None:
        exact(cloud, device, payload)
        return
    head, _, rest = topic.partition("/")
    if head == "ds" and rest:
        _datastream(cloud, device, rest.split("/"), payload)
    elif head == "event" and rest:
        _event(cloud, device, rest, payload)
    elif head == "meta" and rest:
        _metadata(cloud, device, rest, payload)
    else:
        cloud.diagnose(device, f"unknown topic: {topic}")


def _find(cloud: Cloud, device: Device, name: str) -> DatastreamState | None:
    """Find by name, or by pin where that is switched on [16]; diagnose a miss [15]."""
    state = device.datastreams.get(name)
    if state is None and cloud.behaviour.pin_addressing:
        pin = PIN.fullmatch(name)
        state = device.by_pin(int(pin[1])) if pin else None
    if state is None:
        cloud.diagnose(device, f"unknown datastream: {name}")
    return state


def _datastream(cloud: Cloud, device: Device, path: list[str], payload: bytes) -> None:
    state = _find(cloud, device, path[0])
    if state is None:
        return
    match path[1:]:
        case []:
            _write(cloud, device, state, payload)
        case ["erase"]:
            state.erase(cloud.clock())
            cloud.confirmations.confirm(state)
            _changed(cloud, device, state)
        case ["timestamped_batch"]:
            imports.take(cloud, device, state, payload)
        case ["prop", name]:
            parts = payload.decode(errors="replace").split("\0")
            state.properties[name] = parts[0] if len(parts) == 1 else tuple(parts)
            _changed(cloud, device, state)
        case ["prop", name, "erase"]:
            state.properties.pop(name, None)
            _changed(cloud, device, state)
        case _:
            cloud.diagnose(device, f"unknown topic: ds/{'/'.join(path)}")


def _changed(cloud: Cloud, device: Device, state: DatastreamState) -> None:
    cloud.changed(ChangeKind.DATASTREAM, device, state.definition.name)


def _write(
    cloud: Cloud, device: Device, state: DatastreamState, payload: bytes
) -> None:
    try:
        value = values.from_text(state.definition, payload)
    except values.ValueMismatch as error:
        cloud.diagnose(device, str(error))
        return
    cloud.store(device, state, value, cloud.clock())


def _batch(cloud: Cloud, device: Device, payload: bytes) -> None:
    """Write several datastreams; a bad key or value only loses itself [14]."""
    try:
        batch = fields.json_object(payload)
    except ValueError:
        cloud.diagnose(device, "batch_ds: not a JSON object")
        return
    now = cloud.clock()
    for name, value in batch.items():
        state = _find(cloud, device, name)
        if state is None:
            continue
        try:
            parsed = values.from_json(state.definition, value)
        except values.ValueMismatch as error:
            cloud.diagnose(device, str(error))
            continue
        cloud.store(device, state, parsed, now)


def _get(cloud: Cloud, device: Device, payload: bytes) -> None:
    """Answer get/ds: one downlink a name that has a value or default [19]."""
    if cloud.behaviour.withhold_answers:
        return
    for name in payload.decode(errors="replace").split(","):
        state = _find(cloud, device, name.strip())
        if state is not None:
            cloud.deliver_value(device, state)


def _get_all(cloud: Cloud, device: Device, _payload: bytes) -> None:
    """Answer get/ds/all: only the datastreams that are synced with the server's value [19]."""
    if cloud.behaviour.withhold_answers:
        return
    for state in [*device.datastreams.values()]:
        if state.definition.sync:
            cloud.deliver_value(device, state)


def _info(cloud: Cloud, device: Device, payload: bytes) -> None:
    """Take the firmware's self-description [25]."""
    try:
        info = fields.json_object(payload)
    except ValueError:
        cloud.diagnose(device, "info/mcu: not a JSON object")
        return
    device.info_mcu = info
    cloud.changed(ChangeKind.DEVICE, device)


def _event(cloud: Cloud, device: Device, code: str, payload: bytes) -> None:
    """Record an event, if the template knows it and it is neither too long nor too often [23]."""
    objection = record_event(cloud, device, code, payload.decode(errors="replace"))
    if objection is not None:
        cloud.diagnose(device, f"event {code}: {objection}")


def record_event(
    cloud: Cloud, device: Device, code: str, description: str
) -> str | None:
    """Record an event, or return what is wrong with it."""
    if cloud.events and code not in cloud.events:
        return "not in the template"
    if len(description) > MAX_EVENT_DESCRIPTION:
        return f"description of more than {MAX_EVENT_DESCRIPTION} characters"
    if objection := device.event_limits.objection(code, cloud.clock()):
        return objection
    text = description or cloud.events.get(code, "")
    device.last_events.append(Event(cloud.clock(), code, text))
    cloud.changed(ChangeKind.EVENT, device)
    return None


def _metadata(cloud: Cloud, device: Device, name: str, payload: bytes) -> None:
    """Write a metadata field that the device may write [24]."""
    if name not in device.metadata:
        cloud.diagnose(device, f"unknown metadata field: {name}")
    elif name in READ_ONLY_METADATA:
        cloud.diagnose(device, f"metadata field {name}: read-only")
    else:
        device.metadata[name] = payload.decode(errors="replace")
        cloud.changed(ChangeKind.DEVICE, device)


def _get_metadata(cloud: Cloud, device: Device, payload: bytes) -> None:
    """Answer get/meta: one downlink a field [24]."""
    for name in payload.decode(errors="replace").split(","):
        text = device.metadata.get(name.strip())
        if text is None:
            cloud.diagnose(device, f"unknown metadata field: {name.strip()}")
        else:
            cloud.deliver(device, f"downlink/meta/{name.strip()}", text.encode())


def _get_time(cloud: Cloud, device: Device, _payload: bytes) -> None:
    """Answer get/utc/all/json [24]."""
    clock = place.clock_json(device.metadata["Time Zone"], cloud.clock())
    cloud.deliver(device, "downlink/utc/all/json", json.dumps(clock).encode())


def _get_location(cloud: Cloud, device: Device, _payload: bytes) -> None:
    """Answer get/loc/all: latitude first [24]."""
    cloud.deliver(device, "downlink/loc/all", device.metadata["Location"].encode())


EXACT: dict[str, Callable[[Cloud, Device, bytes], None]] = {
    "batch_ds": _batch,
    "get/ds": _get,
    "get/ds/all": _get_all,
    "get/loc/all": _get_location,
    "get/meta": _get_metadata,
    "get/utc/all/json": _get_time,
    "info/mcu": _info,
}
