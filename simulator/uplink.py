"""What each uplink topic does. Blynk docs: device-mqtt-api/topic-structure."""

from __future__ import annotations

from collections.abc import Callable
import re
from typing import TYPE_CHECKING

from . import fields, values
from .changes import ChangeKind
from .device import DatastreamState, Device, Event

if TYPE_CHECKING:
    from .cloud import Cloud

MAX_EVENT_DESCRIPTION = 300
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
            _changed(cloud, device, state)
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
    for name in payload.decode(errors="replace").split(","):
        state = _find(cloud, device, name.strip())
        if state is not None:
            cloud.deliver_value(device, state)


def _get_all(cloud: Cloud, device: Device, _payload: bytes) -> None:
    """Answer get/ds/all: only the datastreams that are synced with the server's value [19]."""
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
    """Record an event; one with too long a description is dropped."""
    description = payload.decode(errors="replace")
    if len(description) > MAX_EVENT_DESCRIPTION:
        cloud.diagnose(device, f"event {code}: description too long")
        return
    device.last_events.append(Event(cloud.clock(), code, description))
    cloud.changed(ChangeKind.EVENT, device)


EXACT: dict[str, Callable[[Cloud, Device, bytes], None]] = {
    "batch_ds": _batch,
    "get/ds": _get,
    "get/ds/all": _get_all,
    "info/mcu": _info,
}
