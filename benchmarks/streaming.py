"""mqtt_statestream, Home Assistant's own way of getting states out, and its broker."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from homeassistant.components.mqtt.const import (
    CONFIG_ENTRY_MINOR_VERSION,
    CONFIG_ENTRY_VERSION,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.mosquitto.broker import (
    CLOUD_PASSWORD,
    CLOUD_USER,
    HOST,
    Credentials,
    mosquitto_in,
)

from .indoors import Line


@asynccontextmanager
async def broker() -> AsyncGenerator[Line]:
    """Run a broker for states."""
    with TemporaryDirectory(prefix="blynk-bridge-streaming-") as name:
        folder = Path(name)
        credentials = await asyncio.to_thread(Credentials.issue, folder)
        async with mosquitto_in(folder, credentials) as running:
            yield Line(running.endpoint().port, "tcp", ())


async def stream(hass: HomeAssistant, port: int, left_out: str | None) -> None:
    """Publish each state, but those of the entities that this pattern fits."""
    # What its entry's form needs, and nobody here opens.
    hass.config.components |= {"http", "file_upload"}
    entry = MockConfigEntry(
        domain="mqtt",
        version=CONFIG_ENTRY_VERSION,
        minor_version=CONFIG_ENTRY_MINOR_VERSION,
        data={
            "broker": HOST,
            "port": port,
            "username": CLOUD_USER,
            "password": CLOUD_PASSWORD,
        },
        options={"discovery": False},
    )
    entry.add_to_hass(hass)
    configuration: dict[str, object] = {"base_topic": "stream"}
    if left_out is not None:
        configuration["exclude"] = {"entity_globs": left_out}
    if not await async_setup_component(
        hass, "mqtt_statestream", {"mqtt_statestream": configuration}
    ):
        raise RuntimeError("mqtt_statestream was not set up")
