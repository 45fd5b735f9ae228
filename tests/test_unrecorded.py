"""What the recorder leaves out of states: the past is as it was, or there is none."""

import asyncio
import logging

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant, State
import pytest

from custom_components.blynk_bridge import traits
from custom_components.blynk_bridge.availability import Availability
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.exposure import Exposure
from custom_components.blynk_bridge.omissions import Omissions
from custom_components.blynk_bridge.reader import Reader
from custom_components.blynk_bridge.recorded import (
    Obstacle,
    async_settle,
    async_states,
)
from custom_components.blynk_bridge.traits.base import Trait
from custom_components.blynk_bridge.unrecorded import (
    constant_attributes,
    lost_attributes,
)

from .conftest import as_subentry
from .every_domain import DOMAINS, async_set_up_domain, exposed

# What Home Assistant's own entities have no past of.
WITHOUT_PAST: frozenset[tuple[str, str]] = frozenset()


def exposure_of(
    hass: HomeAssistant, state: State, trait: Trait, data_type: DataType | None = None
) -> Exposure:
    """Return the exposure of an entity's trait."""
    subentry = exposed(state, trait)
    if data_type is not None:
        subentry["data"] = {**subentry["data"], "data_type": data_type}
    found = Exposure.from_subentry(hass, as_subentry(subentry))
    assert found is not None
    return found


@pytest.mark.parametrize("expected_lingering_timers", [True])
@pytest.mark.parametrize("domain", DOMAINS)
async def test_the_past_of_every_trait_is_as_it_was(
    recorder_mock: Recorder, hass: HomeAssistant, domain: str
) -> None:
    await async_set_up_domain(hass, domain)
    await async_settle(hass)
    reader = Reader(hass, Availability(hass, lambda _: None))
    for state in hass.states.async_all(domain):
        start = state.last_updated_timestamp
        constant = constant_attributes(hass, state.entity_id)
        _, states = await async_states(
            hass, state.entity_id, start - 1, start + 1, constant, first=False
        )
        for trait in traits.traits_of(state):
            for dt in (None, DataType.STRING):
                e = exposure_of(hass, state, trait, dt)
                lost = lost_attributes(hass, e)
                live = reader.read(e)
                past = reader.read_past(e, states[-1])
                print(
                    "ROW",
                    domain,
                    trait.key,
                    dt,
                    sorted(lost),
                    "" if live == past else f"DIFF {live!r} {past!r}",
                )
