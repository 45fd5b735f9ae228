"""A Blynk.Cloud with as many devices as a benchmark wants."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import secrets

from simulator import Simulator, SimulatorOptions
from tests.conftest import TEMPLATE_ID

from .furniture import datastream
from .indoors import Line


@asynccontextmanager
async def cloud_for(
    devices: int, things: int, *, encrypted: bool
) -> AsyncGenerator[Line]:
    """Run a simulator with devices of one template, which has a room's things."""
    tokens = [secrets.token_urlsafe(24) for _ in range(devices)]
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
