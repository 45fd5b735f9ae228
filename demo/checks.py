"""The checks in their order, and those of the line: values, a redirect, a token, an outage."""

from collections.abc import Awaitable, Callable
import math
import time
from typing import Any

from . import entity_checks, flows, logs
from .home import ALARM_CODE
from .stage import DOMAIN, Stage
from .waiting import ARRIVAL_TIMEOUT, DemoError, holds_for, wait_for

RECONNECT_TIMEOUT = 45.0
RECOVERY_TIMEOUT = 80.0  # attempts are spaced at random, wider and wider
STOP_TIMEOUT = 10.0
ECHO_WATCH = 3.0
OUTAGE = 10.0

LAMP = "light.living_room_lamp"

type Check = Callable[[Stage], Awaitable[None]]


async def sensor_follows(stage: Stage) -> None:
    """Change what a sensor measures, twice, and wait for both values in the cloud."""
    for degrees in (25.5, 16.5):
        await _set_temperature(stage, degrees)
        await _temperature_arrives(stage, degrees)


async def widget_switches_lamp(stage: Stage) -> None:
    """Press a widget: the lamp follows, and exactly one confirmation comes back.

    Also when it is on already: the app waits for the confirmation of every press.
    """
    for _ in range(2):
        await _press_is_confirmed_once(stage, 1)
    await _press_is_confirmed_once(stage, 0)


async def redirect_is_followed(stage: Stage) -> None:
    """Send the device to another region: info/mcu comes first there, then traffic, both ways."""
    simulator = stage.simulator
    region = simulator.other_region
    since = max((entry["number"] for entry in await simulator.journal()), default=0)
    await simulator.redirect(region)

    async def online_there() -> bool:
        device = await simulator.device()
        return bool(device["online"] and device["region"] == region)

    await wait_for(online_there, RECONNECT_TIMEOUT, f"the device is online in {region}")
    await _set_temperature(stage, 23.5)
    await _temperature_arrives(stage, 23.5)
    await _press_is_confirmed_once(stage, 1)

    topics = [
        str(entry["topic"])
        for entry in await simulator.journal()
        if entry["number"] > since
        and entry["region"] == region
        and entry["direction"] == "in"
        and entry["kind"] == "publish"
    ]
    if topics[0] != "info/mcu":
        raise DemoError(f"the first message in {region} is {topics[0]}, not info/mcu")
    if not any(topic in {"batch_ds", "ds/Temperature"} for topic in topics):
        raise DemoError(f"no value was sent in {region}: {topics}")


async def wrong_token_asks_for_a_new_one(stage: Stage) -> None:
    """Revoke the token: a re-auth flow comes up, and answering it brings the device back."""
    client = stage.home_assistant.client
    await stage.simulator.deny()
    in_progress = await wait_for(
        lambda: client.flows_in_progress(DOMAIN),
        RECONNECT_TIMEOUT,
        "a re-auth flow is in progress",
        lambda found: any(flow.source == "reauth" for flow in found),
    )
    flow = next(flow for flow in in_progress if flow.source == "reauth")
    result = await flows.resume(client, flow.flow_id, {"token": stage.simulator.token})
    if result.get("reason") != "reauth_successful":
        raise DemoError(f"re-authentication ended in {result.get('reason')}")
    await wait_for(
        stage.simulator.device,
        RECONNECT_TIMEOUT,
        "the device is online with its new token",
        lambda device: bool(device["online"]),
    )
    await _press_is_confirmed_once(stage, 1)


async def outage_is_survived(stage: Stage) -> None:
    """Take the broker away: what changed meanwhile arrives afterwards, and widgets work again."""
    simulator = stage.simulator
    await simulator.outage(OUTAGE)
    await wait_for(
        simulator.device,
        ARRIVAL_TIMEOUT,
        "the device is offline",
        lambda device: not device["online"],
    )
    await stage.home_assistant.client.call(
        "input_select.select_option", "input_select.house_mode", option="Guests"
    )
    await wait_for(
        simulator.device,
        OUTAGE + RECOVERY_TIMEOUT,
        "the device is back online",
        lambda device: bool(device["online"]),
    )
    await wait_for(
        lambda: simulator.datastream("House mode"),
        ARRIVAL_TIMEOUT,
        "what changed during the outage has arrived",
        lambda datastream: datastream["value"] == 3,
    )
    await _press_is_confirmed_once(stage, 0)


async def stops_in_time(stage: Stage) -> None:
    """Ask Home Assistant to end."""
    began = time.monotonic()
    await stage.home_assistant.stop()
    seconds = time.monotonic() - began
    if seconds > STOP_TIMEOUT:
        raise DemoError(f"Home Assistant took {seconds:.1f} s to stop")


async def logs_are_clean(stage: Stage) -> None:
    """Look for the tokens and for errors in everything that was logged."""
    home_assistant_logs = stage.home_assistant.log_files
    output = stage.home_assistant.process.log_file
    if not logs.debug_records(output):
        raise DemoError("Blynk Bridge has logged nothing at debug level")
    log_files = [*home_assistant_logs, stage.simulator.process.log_file]
    secrets = [*stage.simulator.tokens, ALARM_CODE]
    if found := logs.files_with(secrets, log_files):
        raise DemoError(f"a token or a code stands in {', '.join(found)}")
    if errors := logs.errors_of_the_integration(output):
        raise DemoError(f"{len(errors)} errors in the log, the first:\n{errors[0]}")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("a sensor's value arrives and follows a change", sensor_follows),
    ("a widget switches a lamp and is confirmed exactly once", widget_switches_lamp),
    ("a colour goes up and comes down", entity_checks.colour_goes_both_ways),
    ("a thermostat takes its target", entity_checks.thermostat_takes_its_target),
    ("a lock that is only shown stays locked", entity_checks.lock_stays_locked),
    ("an alarm is set and unset with its code", entity_checks.alarm_knows_its_code),
    ("a renamed entity keeps working", entity_checks.renamed_entity_keeps_working),
    (
        "an unavailable entity disables its widget, if told to",
        entity_checks.unavailable_entity_disables_its_widget,
    ),
    ("Blynk's own is a switch", entity_checks.blynks_own_is_a_switch),
    ("an event goes up, a reboot comes down", entity_checks.events_go_both_ways),
    ("a redirect to another region is followed, info/mcu first", redirect_is_followed),
    ("a wrong token ends in a re-auth flow", wrong_token_asks_for_a_new_one),
    ("ten seconds without a broker are survived", outage_is_survived),
)


async def _set_temperature(stage: Stage, degrees: float) -> None:
    """Change the living room's air, which its sensor measures."""
    await stage.home_assistant.client.call(
        "input_number.set_value", "input_number.living_room_air", value=degrees
    )


async def _temperature_arrives(stage: Stage, degrees: float) -> None:
    """Wait for the sensor's value in the cloud; the room itself drifts by a tenth meanwhile."""

    def is_it(datastream: dict[str, Any]) -> bool:
        value = datastream["value"]
        return value is not None and math.isclose(value, degrees, abs_tol=0.5)

    await wait_for(
        lambda: stage.simulator.datastream("Temperature"),
        ARRIVAL_TIMEOUT,
        f"{degrees} °C has arrived",
        is_it,
    )


async def _press_is_confirmed_once(stage: Stage, value: int) -> None:
    """Press the lamp's widget; the lamp obeys and the device writes the datastream once."""
    simulator = stage.simulator
    expected = await simulator.writes("Lamp") + 1
    await simulator.press("Lamp", value)
    wanted = "on" if value else "off"
    await wait_for(
        lambda: stage.home_assistant.client.state(LAMP),
        ARRIVAL_TIMEOUT,
        f"the lamp is {wanted}",
        lambda lamp: lamp.state == wanted,
    )
    await wait_for(
        lambda: simulator.writes("Lamp"),
        ARRIVAL_TIMEOUT,
        "the confirmation has come back",
        lambda writes: writes >= expected,
    )
    await holds_for(
        lambda: simulator.writes("Lamp"),
        ECHO_WATCH,
        f"no more than one confirmation (write {expected})",
        lambda writes: writes == expected,
    )
    if (shown := (await simulator.datastream("Lamp"))["value"]) != value:
        raise DemoError(f"the widget shows {shown} instead of {value}")
