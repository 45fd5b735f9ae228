"""What the tests of the actions share: calling them, and what Blynk has of it."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind

ENTRY_ID = "01TESTENTRY"

MORE = (
    Datastream(name="Flag", pin=20, type=DataType.BOOLEAN),
    Datastream(name="Place", pin=21, type=DataType.LOCATION),
    Datastream(name="Count", pin=22, type=DataType.INTEGER, min=0, max=1000),
    Datastream(name="Ratio", pin=23, type=DataType.DOUBLE, min=-10, max=10),
    Datastream(name="Prêt à 1 °C", pin=24, type=DataType.STRING),
    Datastream(name="Start", pin=25, type=DataType.INTEGER, min=0, max=86399),
)
"""Datastreams of every type, beside those of the fixtures' template."""


async def call(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Call an action, and wait for it."""
    await hass.services.async_call(
        DOMAIN, action, {"config_entry_id": ENTRY_ID, **data}, blocking=True
    )


async def ask(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Return what an action answers."""
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"config_entry_id": ENTRY_ID, **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return dict(answer)


async def unanswered(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Return the key of what is or went wrong with a question."""
    with pytest.raises(HomeAssistantError) as error:
        await ask(hass, action, **data)
    return key_of(error.value)


async def refused(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Return the key of what is wrong with a call."""
    with pytest.raises(ServiceValidationError) as error:
        await call(hass, action, **data)
    return key_of(error.value)


async def failed(hass: HomeAssistant, action: str, **data: Any) -> str:
    """Return the key of what went wrong with a call."""
    with pytest.raises(HomeAssistantError) as error:
        await call(hass, action, **data)
    assert not isinstance(error.value, ServiceValidationError)
    return key_of(error.value)


def key_of(error: HomeAssistantError) -> str:
    """Return an error's key, whose text has every placeholder filled."""
    assert error.translation_domain == DOMAIN
    assert error.translation_key is not None
    assert str(error) != error.translation_key
    assert "{" not in str(error)
    return error.translation_key


def published(
    simulator: Simulator, beside: str = "info/mcu"
) -> list[tuple[str, bytes]]:
    """Return the messages that Blynk was sent, without the announcement."""
    return [
        (item.topic, item.payload)
        for item in simulator.journal
        if item.kind is Kind.PUBLISH and item.direction == "in" and item.topic != beside
    ]


def value_of(simulator: Simulator, name: str) -> object:
    """Return what Blynk has of a datastream."""
    return simulator.device.datastreams[name].value
