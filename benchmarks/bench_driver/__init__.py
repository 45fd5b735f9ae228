"""Changes entities of its own inside a Home Assistant, and notes when that was.

A custom integration for the configuration folders of the benchmarks. Its entities are
nothing but states: what it costs to set them is Home Assistant's own cost. Times are
of Linux's monotonic clock, which all processes of a machine share.
"""

import asyncio
import gc
import time
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID, EVENT_CALL_SERVICE
from homeassistant.core import (
    Event,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.typing import ConfigType

DOMAIN: Final = "bench_driver"
SENSORS: Final = 200
INITIAL: Final = 0.5
"""What each sensor measures at first."""
_UNBROKEN: Final = 20
"""Changes in a storm until others may run: a hub tells of many entities at once."""


def entity_id_of(number: int) -> str:
    """Return a sensor's entity id."""
    return f"sensor.bench_{number:03}"


class Driver:
    """Sets states, and hears of actions."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare for one Home Assistant."""
        self._hass = hass
        self._attributes = [
            {
                "state_class": "measurement",
                "unit_of_measurement": "°C",
                "device_class": "temperature",
                "friendly_name": f"Bench {number:03}",
            }
            for number in range(SENSORS)
        ]
        self._calls: list[tuple[str, int]] = []

    @callback
    def set(self, number: int, value: float) -> None:
        """Let a sensor measure something."""
        self._hass.states.async_set(
            entity_id_of(number), str(value), self._attributes[number]
        )

    @callback
    def note_call(self, event: Event) -> None:
        """Note an action when it is called, and its first entity."""
        data = event.data["service_data"]
        if (target := data.get(ATTR_ENTITY_ID)) is None:
            return
        entity_id = target if isinstance(target, str) else target[0]
        self._calls.append((entity_id, time.monotonic_ns()))

    async def change(self, call: ServiceCall) -> ServiceResponse:
        """Change one sensor after another, and return when each was, in nanoseconds."""
        start: float = call.data["start"]
        interval: float = call.data["interval"]
        changes: list[tuple[int, float]] = call.data["changes"]
        done: list[int] = []
        finished = self._hass.loop.create_future()

        def set_next() -> None:
            number, value = changes[len(done)]
            done.append(time.monotonic_ns())
            self.set(number, value)
            if len(done) == len(changes):
                finished.set_result(None)
                return
            self._hass.loop.call_at(start + len(done) * interval, set_next)

        self._hass.loop.call_at(start, set_next)
        await finished
        return {"times": [*done]}

    async def storm(self, call: ServiceCall) -> ServiceResponse:
        """Change many sensors many times, as fast as possible.

        Return the seconds of processor time until all has settled, the time of the last
        change, and how many seconds the changes took.
        """
        sensors: int = call.data["sensors"]
        rounds: int = call.data["rounds"]
        base: float = call.data["base"]
        settle: float = call.data["settle"]
        # Old garbage is of nobody's storm.
        gc.collect()
        gc.freeze()
        cpu, began = time.process_time(), time.monotonic()
        for turn in range(rounds):
            for number in range(sensors):
                self.set(number, base + turn)
                if not number % _UNBROKEN:
                    await asyncio.sleep(0)
        last = time.monotonic_ns()
        seconds = time.monotonic() - began
        await asyncio.sleep(settle)
        return {"cpu": time.process_time() - cpu, "last": last, "seconds": seconds}

    @callback
    def calls(self, call: ServiceCall) -> ServiceResponse:
        """Return the actions since the last time, each with its time in nanoseconds."""
        calls: list[Any] = [[entity_id, at] for entity_id, at in self._calls]
        self._calls.clear()
        return {"calls": calls}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Have all sensors from the beginning, and offer what the benchmarks need."""
    driver = Driver(hass)
    for number in range(SENSORS):
        driver.set(number, INITIAL)
    hass.bus.async_listen(EVENT_CALL_SERVICE, driver.note_call)
    for name, answer in (
        ("calls", driver.calls),
        ("change", driver.change),
        ("storm", driver.storm),
    ):
        hass.services.async_register(
            DOMAIN, name, answer, supports_response=SupportsResponse.ONLY
        )
    return True
