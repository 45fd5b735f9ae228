"""A home in virtual time: all of Home Assistant, the integration and a cloud in one loop.

What is idle is skipped, so that a month takes minutes. Whatever is not stays as it
is: the event bus, the recorder's thread, sockets, MQTT and its acknowledgements.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_PROTOCOL,
    CONF_TOKEN,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import PLATFORMS
from custom_components.blynk_bridge.config_flow import BlynkConfigFlow
from custom_components.blynk_bridge.const import (
    CONF_TEMPLATE_ID,
    CONF_TRANSPORT,
    DOMAIN,
)
from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.flows.credentials import Credentials
from simulator import Simulator, SimulatorOptions
from simulator.datastreams import Datastream
from tests.conftest import TEMPLATE_ID, TOKEN
from tests.device.conftest import eventually
from tests.skipped_time import SkippedTime, skipped_time
from tests.soak.diligence import Diligence
from tests.soak.logbook import Logbook

from .indoors import home_assistant

_START_TIMEOUT: Final = 60.0


@dataclass(slots=True)
class VirtualHome:
    """A running Home Assistant with an entry, and the cloud that it is for."""

    hass: HomeAssistant
    simulator: Simulator
    entry: MockConfigEntry
    skipped: SkippedTime

    @property
    def coordinator(self) -> BlynkCoordinator:
        """Return the coordinator of the entry, which is set up."""
        coordinator: BlynkCoordinator = self.entry.runtime_data
        return coordinator

    def now(self) -> float:
        """Return the time of day, in seconds of the epoch."""
        return self.skipped.wall()

    async def async_until(self, time: float) -> None:
        """Let everybody live until a time of day."""
        if (seconds := time - self.now()) > 0:
            await asyncio.sleep(seconds)

    async def async_record(self) -> Recorder:
        """Run the recorder as a home does, with its database in a file."""
        logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
        async_initialize_recorder(self.hass)
        # Its thread makes a database first, for which nobody waits but its own start.
        self.skipped.busy = lambda: True
        if not await async_setup_component(self.hass, "recorder", {"recorder": {}}):
            raise RuntimeError("the recorder does not start")
        recorder = get_instance(self.hass)
        await recorder.async_recorder_ready.wait()
        self.skipped.busy = Diligence(recorder).busy
        await self.hass.async_block_till_done()
        return recorder

    async def async_connect(self) -> None:
        """Set up the entry, and wait for it to be online."""
        self.entry.add_to_hass(self.hass)
        if not await self.hass.config_entries.async_setup(self.entry.entry_id):
            raise RuntimeError("the entry is not set up")
        await eventually(lambda: self.coordinator.data.online, _START_TIMEOUT)


@asynccontextmanager
async def virtual_home(
    start: datetime,
    exposures: Sequence[ConfigSubentryData],
    template: Sequence[Datastream],
    options: Mapping[str, Any],
) -> AsyncGenerator[VirtualHome]:
    """Run a home from this time of day on; its entry is not set up yet.

    Raises RuntimeError at the end if anything was logged as an error.
    """
    loop = asyncio.get_running_loop()
    logbook = Logbook()
    root = logging.getLogger()
    root.addHandler(logbook)
    root.setLevel(logging.WARNING)
    # All sockets are in one event loop: what was sent is there.
    with skipped_time(loop, grace=0) as skipped:
        skipped.shifted = start.timestamp() - skipped.wall()
        async with (
            Simulator(
                SimulatorOptions(
                    token=TOKEN,
                    template_id=TEMPLATE_ID,
                    datastreams=tuple(template),
                    clock=skipped.wall,
                )
            ) as simulator,
            home_assistant() as hass,
        ):
            frame.async_setup(hass)
            for platform in PLATFORMS:
                await async_setup_component(hass, platform, {})
            entry = _entry(simulator, exposures, options)
            yield VirtualHome(hass, simulator, entry, skipped)
    root.removeHandler(logbook)
    if complaints := logbook.complaints():
        raise RuntimeError("\n".join(complaints))


def _entry(
    simulator: Simulator,
    exposures: Sequence[ConfigSubentryData],
    options: Mapping[str, Any],
) -> MockConfigEntry:
    """Return an entry for the simulator, over plain TCP."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        entry_id="01BENCHMARK",
        minor_version=BlynkConfigFlow.MINOR_VERSION,
        data={
            CONF_TOKEN: TOKEN,
            CONF_TEMPLATE_ID: TEMPLATE_ID,
            CONF_HOST: simulator.entry.host,
            CONF_PORT: simulator.entry.mqtt_port,
            CONF_TRANSPORT: "tcp",
            CONF_VERIFY_SSL: True,
            CONF_PROTOCOL: "3.1.1",
        },
        options=dict(options),
        unique_id=Credentials.parse(TOKEN).fingerprint,
        subentries_data=list(exposures),
    )


def run_virtually[T](live: Callable[[], Awaitable[T]]) -> T:
    """Run a home's life in an event loop of its own, and return what it comes to."""

    async def whole() -> T:
        return await live()

    return asyncio.run(whole())
