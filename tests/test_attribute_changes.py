"""One look at each change, for all who want to know of more than the state."""

from collections.abc import Mapping

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest

from custom_components.blynk_bridge.attribute_changes import AttributeChanges

LAMP = "light.lamp"


class Listener:
    """Notes of which entities it was told."""

    def __init__(self) -> None:
        """Begin with none."""
        self.told: list[str] = []

    def hear(self, event: Event[EventStateChangedData]) -> None:
        """Note it."""
        self.told.append(event.data["entity_id"])


@pytest.mark.parametrize(
    ("state", "attributes", "told"),
    [
        ("off", {"unit": "%"}, False),
        ("on", {"unit": "W"}, True),
        ("off", {"unit": "W"}, True),
        (STATE_UNAVAILABLE, {"unit": "%"}, True),
    ],
    ids=["state", "attributes", "both", "unavailable"],
)
async def test_only_more_than_the_state_is_told(
    hass: HomeAssistant, state: str, attributes: Mapping[str, str], told: bool
) -> None:
    hass.states.async_set(LAMP, "on", {"unit": "%"})
    changes, listener = AttributeChanges(hass), Listener()
    changes.async_follow(listener.hear, [LAMP])
    hass.states.async_set(LAMP, state, attributes)
    await hass.async_block_till_done()
    assert listener.told == [LAMP] * told


async def test_entities_that_come_and_go_are_told(hass: HomeAssistant) -> None:
    changes, listener = AttributeChanges(hass), Listener()
    changes.async_follow(listener.hear, [LAMP])
    hass.states.async_set(LAMP, "on")
    hass.states.async_remove(LAMP)
    await hass.async_block_till_done()
    assert listener.told == [LAMP, LAMP]


async def test_each_hears_of_its_own_until_it_stops(hass: HomeAssistant) -> None:
    changes, first, second = AttributeChanges(hass), Listener(), Listener()
    stop = changes.async_follow(first.hear, [LAMP, "light.other"])
    changes.async_follow(second.hear, [LAMP])
    hass.states.async_set("light.other", "on")
    stop()
    stop()
    hass.states.async_set(LAMP, "on")
    await hass.async_block_till_done()
    assert first.told == ["light.other"]
    assert second.told == [LAMP]
