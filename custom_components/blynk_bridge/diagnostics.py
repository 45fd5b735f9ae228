"""Diagnostics of an entry and of its devices, to be shown to who helps.

Told are names, types and numbers; no token, no code, and no value of anybody's.
"""

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_CODE, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .const import DOMAIN
from .control import Control
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.pacing import Lane
from .exposure import Exposure
from .traits import tolerant

_SECRET: Final = frozenset({CONF_CODE, CONF_TOKEN})


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: BlynkConfigEntry
) -> dict[str, Any]:
    """Return what is known of an entry and its connection."""
    coordinator = entry.runtime_data
    exposures = coordinator.exposures.values()
    return {
        "entry": _entry(entry),
        **_connection(coordinator),
        "pace": _pace(coordinator),
        "waiting": {
            "messages": coordinator.uplink.waiting,
            "commands": coordinator.downlink.waiting,
            "actions_not_ended": coordinator.downlink.late,
            "points_of_history": coordinator.backfill.waiting,
        },
        "server_texts": [asdict(text) for text in coordinator.timeline.texts],
        "exposures": [_exposure(hass, coordinator, each) for each in exposures],
        "exposures_by": {
            "data_type": Counter(each.data_type for each in exposures),
            "direction": Counter(each.direction for each in exposures),
            "trait": Counter(each.trait.key for each in exposures),
        },
        "unknown_datastreams": sorted(
            row.name for row in coordinator.upkeep.unknown_rows
        ),
        "controls": [
            _control(coordinator, each) for each in coordinator.controls.configured
        ],
        "history": coordinator.backfill.diagnostics(),
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: BlynkConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return what is known of a control or an event; of the entry's own device, all."""
    subentry = _subentry_of(entry, device)
    if subentry is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    coordinator = entry.runtime_data
    return {
        "subentry": {
            "type": subentry.subentry_type,
            "title": subentry.title,
            "data": async_redact_data(dict(subentry.data), _SECRET),
        },
        "controls": [
            _control(coordinator, control)
            for control in coordinator.controls.configured
            if control.subentry_id == subentry.subentry_id
        ],
        **_connection(coordinator),
    }


def _subentry_of(
    entry: BlynkConfigEntry, device: AnyDeviceEntry
) -> ConfigSubentry | None:
    """Return the subentry that a device stands for."""
    for subentry in entry.subentries.values():
        if (DOMAIN, f"{entry.entry_id}_{subentry.subentry_id}") in device.identifiers:
            return subentry
    return None


def _entry(entry: BlynkConfigEntry) -> dict[str, Any]:
    """Return what the user has set up."""
    return {
        "version": f"{entry.version}.{entry.minor_version}",
        "data": async_redact_data(dict(entry.data), _SECRET),
        "options": async_redact_data(dict(entry.options), _SECRET),
        "subentries": Counter(
            subentry.subentry_type for subentry in entry.subentries.values()
        ),
    }


@callback
def _connection(coordinator: BlynkCoordinator) -> dict[str, Any]:
    """Return how the connection is doing, and how it did."""
    timeline = coordinator.timeline
    status = timeline.status
    return {
        "status": asdict(coordinator.data),
        "session": None
        if status is None
        else {
            "state": status.state,
            "server": str(status.endpoint),
            "protocol": coordinator.protocol,
            "error": None
            if status.error is None
            else f"{type(status.error).__name__}: {status.error}",
        },
        "errors": timeline.errors,
        "connections": [asdict(each) for each in timeline.connections],
    }


def _pace(coordinator: BlynkCoordinator) -> dict[str, Any]:
    """Return how fast messages may go."""
    pacer = coordinator.pacer
    return {
        "tokens": pacer.tokens,
        "seconds_between_readings": pacer.interval,
        "seconds_to_wait": {
            lane.name.lower(): round(pacer.delay(lane), 1) for lane in Lane
        },
    }


@callback
def _exposure(
    hass: HomeAssistant, coordinator: BlynkCoordinator, exposure: Exposure
) -> dict[str, Any]:
    """Return what an exposure is, and whether it works; nothing of its value."""
    state = hass.states.get(exposure.entity_id)
    description = None if state is None else tolerant.describe(exposure.trait, state)
    value = coordinator.reader.read(exposure)
    return {
        "entity_id": exposure.entity_id,
        "trait": exposure.trait.key,
        "datastream": exposure.datastream,
        "data_type": exposure.data_type,
        "direction": exposure.direction,
        "min_interval": exposure.min_interval,
        "max_interval": exposure.max_interval,
        "unavailable": exposure.unavailable,
        "properties": sorted(exposure.properties),
        "sync_from_blynk": exposure.sync_from_blynk,
        "opted_in": exposure.opted_in,
        "has_code": exposure.code is not None,
        "exists": state is not None,
        "offered": description is not None,
        "guarded": description is not None and description.guarded,
        "private": description is not None and description.private,
        "value_type": None if value is None else type(value).__name__,
        "blynk_has_it": coordinator.uplink.has_arrived(exposure.datastream),
        "waits": coordinator.uplink.async_is_unsent(exposure.datastream),
    }


@callback
def _control(coordinator: BlynkCoordinator, control: Control) -> dict[str, Any]:
    """Return what a control is."""
    return {
        "datastream": control.datastream,
        "kind": control.kind,
        "data_type": control.data_type,
        "waits": coordinator.controls.async_is_unsent(control),
    }
