"""A Home Assistant within this process: a house of things, and bridges that expose them."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

from aiohttp.resolver import ThreadedResolver
from homeassistant import loader
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_PROTOCOL,
    CONF_TOKEN,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.blynk_bridge import traits
from custom_components.blynk_bridge.config_flow import BlynkConfigFlow
from custom_components.blynk_bridge.const import (
    CONF_TEMPLATE_ID,
    CONF_TRANSPORT,
    DOMAIN,
)
from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.exposure import Exposure
from custom_components.blynk_bridge.flows.credentials import Credentials
from custom_components.blynk_bridge.learned import DOUBTFUL
from custom_components.blynk_bridge.proposal import exposure_data, exposure_subentry
from custom_components.blynk_bridge.quota import CONF_QUOTA, QuotaKind
from tests.conftest import TEMPLATE_ID
from tests.device.conftest import eventually

from .furniture import datastream, thing

_ONLINE_LIMIT: Final = 240.0
"""Seconds; within valgrind everything takes many times as long."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where the bridges find their cloud."""

    port: int
    transport: str
    tokens: Sequence[str]
    """Of the devices that it knows."""


class _Names(ThreadedResolver):
    """Resolves names without looking for them on the local network."""

    async def real_close(self) -> None:
        """Close, which Home Assistant calls by this name."""
        await self.close()


@asynccontextmanager
async def home_assistant() -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant in a folder of its own, which finds this integration."""
    with (
        TemporaryDirectory(prefix="blynk-bridge-benchmark-") as folder,
        patch(
            "homeassistant.helpers.aiohttp_client._async_make_resolver",
            lambda _: _Names(),
        ),
    ):
        (Path(folder) / "configuration.yaml").touch()
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            try:
                yield hass
            finally:
                await hass.async_stop(force=True)


def furnish(hass: HomeAssistant, rooms: int, things: int) -> None:
    """Put as many things into each room, as an integration would that is there."""
    maker = MockConfigEntry(domain="furniture")
    maker.add_to_hass(hass)
    registry = er.async_get(hass)
    for room in range(rooms):
        for number in range(things):
            shown = thing(room, number)
            domain, _, name = shown.entity_id.partition(".")
            registry.async_get_or_create(
                domain, "furniture", name, suggested_object_id=name, config_entry=maker
            )
            hass.states.async_set(shown.entity_id, shown.state, shown.attributes)


def add_bridges(
    hass: HomeAssistant,
    line: Line,
    tokens: Iterable[str],
    things: int,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> list[MockConfigEntry]:
    """Add an entry for each device that exposes all of a room; none is set up yet.

    The options are each exposure's, beside what exposing many at once makes of it.
    """
    entries = []
    for room, token in enumerate(tokens):
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Room {room}",
            version=BlynkConfigFlow.VERSION,
            minor_version=BlynkConfigFlow.MINOR_VERSION,
            data={
                CONF_TOKEN: token,
                CONF_TEMPLATE_ID: TEMPLATE_ID,
                CONF_HOST: "127.0.0.1",
                CONF_PORT: line.port,
                CONF_TRANSPORT: line.transport,
                CONF_VERIFY_SSL: False,
                CONF_PROTOCOL: "3.1.1",
            },
            options={CONF_QUOTA: QuotaKind.UNLIMITED.value},
            unique_id=Credentials.parse(token).fingerprint,
            subentries_data=[
                _exposed(hass, room, number, options) for number in range(things)
            ],
        )
        entry.add_to_hass(hass)
        entries.append(entry)
    return entries


def _exposed(
    hass: HomeAssistant, room: int, number: int, options: Mapping[str, Any]
) -> ConfigSubentryData:
    """Return the subentry that exposes a thing."""
    shown, stream = thing(room, number), datastream(number)
    trait = traits.traits_of(shown)[0]
    if (description := trait.describe(shown)) is None:
        raise RuntimeError(f"{shown.entity_id} has nothing to expose")
    data = exposure_data(
        hass, shown.entity_id, trait, description, stream.name, stream.pin
    )
    return exposure_subentry({**data, **options})


async def set_up(hass: HomeAssistant, entries: Iterable[MockConfigEntry]) -> None:
    """Set bridges up, and wait until the cloud has the values of all their exposures."""
    coordinators: list[BlynkCoordinator] = []
    for entry in entries:
        # The first one sets up the integration, and with it all the others.
        if entry.state is ConfigEntryState.NOT_LOADED:
            await hass.config_entries.async_setup(entry.entry_id)
        if entry.state is not ConfigEntryState.LOADED:
            raise RuntimeError(f"{entry.title} was not set up: {entry.state}")
        coordinators.append(entry.runtime_data)
    for coordinator in coordinators:
        await eventually(partial(_is_settled, coordinator), _ONLINE_LIMIT)
    await hass.async_block_till_done()


def _is_settled(coordinator: BlynkCoordinator) -> bool:
    """Return whether a bridge is online and has sent all that there is to send."""
    uplink = coordinator.uplink
    return (
        coordinator.data.online
        and not uplink.waiting
        and all(map(uplink.has_arrived, coordinator.exposures))
        and all(
            map(partial(_is_presented, coordinator), coordinator.exposures.values())
        )
    )


def _is_presented(coordinator: BlynkCoordinator, exposure: Exposure) -> bool:
    """Return whether the properties that are to follow a thing have arrived."""
    properties = coordinator.learned.overrides(exposure.datastream).values()
    return not exposure.properties or (bool(properties) and DOUBTFUL not in properties)
