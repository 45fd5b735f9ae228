"""The cloud's state as JSON, for the test hooks and the console page. Never with a token."""

from __future__ import annotations

from .cloud import Cloud
from .datastreams import DataType, Value
from .device import DatastreamState, Device, Diagnostic, Event
from .fields import Json
from .journal import JournalEntry
from .links import Link
from .values import to_json

HISTORY_LENGTH = 60


def state_json(cloud: Cloud, device: Device) -> dict[str, Json]:
    """Give the whole picture."""
    return {
        "now": cloud.clock(),
        "template": cloud.template_id,
        "template_events": {**cloud.events},
        "entry": cloud.entry,
        "home": device.home,
        "regions": [
            {
                "name": region.name,
                "mqtt": region.mqtt_port,
                "tls": region.tls_port,
                "ws": region.ws_port,
                "wss": region.wss_port,
                "http": region.http_port,
                "https": region.https_port,
            }
            for region in cloud.regions.values()
        ],
        "device": device_json(device),
        "messages": messages_json(cloud, device),
        "datastreams": [datastream_json(each) for each in device.datastreams.values()],
        "diagnostics": [diagnostic_json(each) for each in device.diagnostics],
        "events": [event_json(each) for each in device.last_events],
    }


def device_json(device: Device) -> dict[str, Json]:
    """Give the device's connection."""
    return {
        "online": device.online,
        **_link_json(device.link),
        "info_mcu": device.info_mcu,
        "metadata": {**device.metadata},
        "connections": device.connections,
        "redirects": device.redirects,
    }


def _link_json(link: Link | None) -> dict[str, Json]:
    names = (
        "region",
        "since",
        "address",
        "protocol",
        "transport",
        "client_id",
        "keepalive",
    )
    return {name: None if link is None else getattr(link.info, name) for name in names}


def messages_json(cloud: Cloud, device: Device) -> dict[str, Json]:
    """Give the counters of messages; the quota is the organization's."""
    now = cloud.clock()
    return {
        "used": cloud.quota.used(now),
        "quota": cloud.behaviour.monthly_quota,
        "in": device.messages_in,
        "out": device.messages_out,
        "per_minute": device.meter.per_minute(now),
        "dropped": device.dropped,
    }


def statistics_json(cloud: Cloud, device: Device) -> dict[str, Json]:
    """Give counters only."""
    return {
        "messages": messages_json(cloud, device),
        "online": device.online,
        "connections": device.connections,
        "redirects": device.redirects,
        "diagnostics": len(device.diagnostics),
        "events": len(device.last_events),
        "writes": {name: _writes(each) for name, each in device.datastreams.items()},
    }


def _writes(state: DatastreamState) -> dict[str, Json]:
    return {"device": state.writes_by_device, "app": state.writes_by_app}


def datastream_json(state: DatastreamState) -> dict[str, Json]:
    """Give a datastream: its definition, value and newest history."""
    definition = state.definition
    history: list[Json] = []
    if definition.type is not DataType.STRING:
        newest = state.history.newest(HISTORY_LENGTH)
        history = [[point.time, _point(point.value)] for point in newest]
    return {
        "name": definition.name,
        "pin": definition.pin,
        "type": definition.type,
        "unit": definition.unit,
        "min": definition.min,
        "max": definition.max,
        "step": definition.step,
        "decimals": definition.decimals,
        "default": to_json(definition.default),
        "labels": None if definition.labels is None else [*definition.labels],
        "fallback": definition.fallback,
        "sync": definition.sync,
        "raw": definition.raw,
        "confirm_timeout": definition.confirm_timeout,
        "reverts": state.reverts,
        "control": definition.is_control,
        "widget": definition.widget,
        "value": to_json(state.value),
        "updated_at": state.updated_at,
        "source": state.source,
        "history": history,
        "properties": {
            name: text if isinstance(text, str) else [*text]
            for name, text in state.properties.items()
        },
        "writes": _writes(state),
    }


def history_json(state: DatastreamState) -> dict[str, Json]:
    """Give the whole history, each point with its time and whether it was imported."""
    return {
        "name": state.definition.name,
        "points": [
            [point.time, to_json(point.value), point.imported]
            for point in state.history
        ],
        "repeated": state.history.repeated,
    }


def _point(value: Value) -> Json:
    return int(value) if isinstance(value, bool) else to_json(value)


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """Give a diagnostic."""
    return {"time": diagnostic.time, "text": diagnostic.text}


def event_json(event: Event) -> dict[str, Json]:
    """Give an event."""
    return {"time": event.time, "code": event.code, "description": event.description}


def journal_json(entry: JournalEntry) -> dict[str, Json]:
    """Give a line of the journal; bytes that are no text are shown escaped."""
    return {
        "number": entry.number,
        "time": entry.time,
        "region": entry.region,
        "direction": entry.direction,
        "kind": entry.kind,
        "topic": entry.topic,
        "payload": entry.payload.decode(errors="backslashreplace"),
        "qos": entry.qos,
        "code": entry.code,
        "link": entry.link,
        "detail": entry.detail,
    }
