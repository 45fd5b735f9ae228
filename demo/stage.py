"""The whole scene: simulator, Home Assistant, and Blynk Bridge between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import flows
from .home import (
    BEDROOM,
    BEDROOM_DATASTREAMS,
    BEDROOM_ENTITIES,
    CONTROL,
    EVENTS,
    EXPOSURES,
    TEMPLATE as DATASTREAMS,
    WITHOUT_VALUE,
)
from .home_assistant import HomeAssistant
from .processes import LOCALHOST
from .simulator import TEMPLATE, Simulator
from .terminal import say
from .waiting import DemoError, wait_for

DOMAIN = "blynk_bridge"
CONNECT_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo has put up."""

    folder: Path
    simulator: Simulator
    home_assistant: HomeAssistant
    entry_id: str


@asynccontextmanager
async def put_up(
    folder: Path, http_port: int, console_port: int, archive: Path | None = None
) -> AsyncIterator[Stage]:
    """Start everything, add the integration and expose the home; take it all down at the end.

    With an archive, the integration is what that release installs.
    """
    (folder / "homeassistant").mkdir()
    say("starting the simulator")
    async with Simulator(folder, console_port) as simulator:
        await simulator.define(DATASTREAMS, EVENTS)
        say("starting Home Assistant")
        async with HomeAssistant(
            folder / "homeassistant", http_port, simulator.ca_file, archive
        ) as home_assistant:
            say("adding Blynk Bridge")
            entry_id = await add_integration(home_assistant, simulator)
            say(f"exposing the {BEDROOM} in one step")
            await expose_bedroom(home_assistant, entry_id)
            say(f"exposing {len(EXPOSURES)} more traits of the home, one by one")
            await expose_home(home_assistant, entry_id)
            say("showing Blynk's own datastream and event in Home Assistant")
            await add_blynks_own(home_assistant, entry_id)
            await wait_for(
                lambda: _all_reported(simulator),
                CONNECT_TIMEOUT,
                "every exposed value has arrived",
                accept=lambda missing: not missing,
            )
            yield Stage(folder, simulator, home_assistant, entry_id)


async def add_integration(home_assistant: HomeAssistant, simulator: Simulator) -> str:
    """Add the integration as a user would, over TLS that is verified; return the entry's id."""
    result = await flows.walk(
        home_assistant.client,
        flows.CONFIG_FLOW,
        DOMAIN,
        {
            "token": simulator.token,
            "template_id": TEMPLATE,
            "host": LOCALHOST,
            "port": simulator.tls_port,
            "transport": "tls",
            "verify_ssl": True,
        },
    )
    if result["type"] != "create_entry":
        raise DemoError(f"the integration was not added: {result.get('reason')}")
    return str(result["result"]["entry_id"])


async def expose_bedroom(home_assistant: HomeAssistant, entry_id: str) -> None:
    """Put what belongs there into an area, and expose the area as a whole."""
    client = home_assistant.client
    for entity_id in BEDROOM_ENTITIES:
        await client.command(
            "config/entity_registry/update",
            entity_id=entity_id,
            area_id=BEDROOM,
        )
    result = await flows.walk(
        client,
        flows.SUBENTRY_FLOW,
        [entry_id, "selection"],
        {flows.MENU: ["expose"], "areas": [BEDROOM], "scope": "all"},
    )
    if result.get("reason") != "exposed":
        raise DemoError(f"the area was not exposed: {result.get('reason')}")


async def expose_home(home_assistant: HomeAssistant, entry_id: str) -> None:
    """Add a datastream subentry for every exposure of the demo's home."""
    for exposure in EXPOSURES:
        result = await flows.walk(
            home_assistant.client,
            flows.SUBENTRY_FLOW,
            [entry_id, "datastream"],
            exposure.answers(),
        )
        if result["type"] != "create_entry":
            name = exposure.datastream.name
            raise DemoError(f"{name} was not exposed: {result.get('reason')}")


async def add_blynks_own(home_assistant: HomeAssistant, entry_id: str) -> None:
    """Add a control for a datastream that Blynk owns, and an event."""
    wanted: list[tuple[str, dict[str, Any]]] = [
        (
            "control",
            {"datastream": CONTROL.name, "pin": CONTROL.pin, "kind": "switch"},
        ),
        *(("event", {"event_code": code}) for code in EVENTS),
    ]
    for subentry_type, answers in wanted:
        result = await flows.walk(
            home_assistant.client,
            flows.SUBENTRY_FLOW,
            [entry_id, subentry_type],
            answers,
        )
        if result["type"] != "create_entry":
            raise DemoError(f"no {subentry_type} was added: {result.get('reason')}")


async def _all_reported(simulator: Simulator) -> list[str]:
    """Return the datastreams that should have a value from the device and have none."""
    written = {
        datastream["name"]
        for datastream in (await simulator.state())["datastreams"]
        if datastream["writes"]["device"]
    }
    expected = [datastream.name for datastream in BEDROOM_DATASTREAMS]
    expected += [each.datastream.name for each in EXPOSURES if each.reports]
    return [name for name in expected if name not in written and name != WITHOUT_VALUE]
