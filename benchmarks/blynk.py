"""A Blynk.Cloud for a house of furniture: a device for each room."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import secrets

from simulator import Simulator, SimulatorOptions
from tests.conftest import TEMPLATE_ID

from .furniture import datastream
from .indoors import Line


@asynccontextmanager
async def cloud_for(
    rooms: int, things: int, *, encrypted: bool
) -> AsyncGenerator[Line]:
    """Run a simulator with a device for each room, all of one template."""
    tokens = [secrets.token_urlsafe(24) for _ in range(rooms)]
    options = SimulatorOptions(
        token=tokens[0],
        template_id=TEMPLATE_ID,
        datastreams=tuple(map(datastream, range(things))),
        regions=1,
    )
    async with Simulator(options) as simulator:
        for token in tokens[1:]:
            simulator.cloud.add_device(token)
        entry = simulator.entry
        if encrypted:
            yield Line(entry.tls_port, "tls", tokens)
        else:
            yield Line(entry.mqtt_port, "tcp", tokens)
