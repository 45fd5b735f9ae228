"""The single checks of what entities can do: each acts at one end and looks at the other."""

from typing import Any

from .home import ALARM_CODE
from .stage import Stage
from .waiting import ARRIVAL_TIMEOUT, DemoError, holds_for, wait_for

WATCH = 3.0
COLOURED_LAMP = "light.bedroom_lamp"
COFFEE_MACHINE = "switch.coffee_machine"
APP_COMMAND = "event.blynk_bridge_app_command"
PLUG = "input_boolean.coffee_machine_plugged_in"


async def colour_goes_both_ways(stage: Stage) -> None:
    """Pick a colour in Blynk, then another one in Home Assistant."""
    await stage.simulator.press("Bedroom lamp Color", "0\x00128\x00255")
    await _entity_has(stage, COLOURED_LAMP, "rgb_color", [0, 128, 255])
    await stage.home_assistant.client.call(
        "light.turn_on", COLOURED_LAMP, rgb_color=[255, 0, 0]
    )
    await _widget_shows(stage, "Bedroom lamp Color", "255\x000\x000")


async def thermostat_takes_its_target(stage: Stage) -> None:
    """Set a target in Blynk; the slider has the thermostat's range, not the template's."""
    await stage.simulator.press("Thermostat", 23.5)
    await _entity_has(stage, "climate.living_room_thermostat", "temperature", 23.5)
    for name, text in {"min": "10", "max": "28"}.items():
        await _widget_has(stage, "Thermostat", name, text)


async def lock_stays_locked(stage: Stage) -> None:
    """Write to a lock that is only shown: it stays as it is, and so does what Blynk shows."""
    await stage.simulator.press("Front door locked", 0)
    await holds_for(
        lambda: stage.home_assistant.client.state("lock.front_door"),
        WATCH,
        "the front door is locked",
        lambda lock: lock.state == "locked",
    )
    await _widget_shows(stage, "Front door locked", 1)


async def alarm_knows_its_code(stage: Stage) -> None:
    """Arm and disarm the house, which takes the code that was given when it was exposed."""
    for value, state in ((2, "armed_away"), (0, "disarmed")):
        await stage.simulator.press("House alarm", value)
        await _entity_is(stage, "alarm_control_panel.house_alarm", state)
        await _widget_shows(stage, "House alarm", value)
    for entry in await stage.simulator.journal():
        if ALARM_CODE in str(entry["payload"]):
            raise DemoError(f"the alarm's code was sent to {entry['topic']}")


async def renamed_entity_keeps_working(stage: Stage) -> None:
    """Give an entity another id: its datastream follows it, both ways."""
    client = stage.home_assistant.client
    renamed = "input_number.bell_volume"
    await client.command(
        "config/entity_registry/update",
        entity_id="input_number.doorbell_volume",
        new_entity_id=renamed,
    )
    await _entity_is(stage, renamed, "40.0")
    await client.call("input_number.set_value", renamed, value=65)
    await _widget_shows(stage, "Doorbell volume", 65)
    await stage.simulator.press("Doorbell volume", 25)
    await _entity_is(stage, renamed, "25.0")


async def unavailable_entity_disables_its_widget(stage: Stage) -> None:
    """Pull a plug: the widget keeps its value and can't be operated until the entity is back."""
    client = stage.home_assistant.client
    await client.call("switch.turn_on", COFFEE_MACHINE)
    await _widget_shows(stage, "Coffee machine", 1)
    await client.call("input_boolean.turn_off", PLUG)
    await _entity_is(stage, COFFEE_MACHINE, "unavailable")
    await _widget_has(stage, "Coffee machine", "isDisabled", "true")
    await _widget_shows(stage, "Coffee machine", 1)
    await client.call("input_boolean.turn_on", PLUG)
    await _widget_has(stage, "Coffee machine", "isDisabled", "false")


async def blynks_own_is_a_switch(stage: Stage) -> None:
    """Operate a datastream that Blynk owns, from either end."""
    await _entity_is(stage, "switch.quiet_hours", "off")
    await stage.simulator.press("Quiet hours", 1)
    await _entity_is(stage, "switch.quiet_hours", "on")
    await stage.home_assistant.client.call("switch.turn_off", "switch.quiet_hours")
    await _widget_shows(stage, "Quiet hours", 0)


async def events_go_both_ways(stage: Stage) -> None:
    """Report something to Blynk, and hear of a reboot that the app asks for."""
    message = "The front door is open"
    await stage.home_assistant.client.call(
        "notify.send_message", "notify.door", message=message
    )
    await wait_for(
        stage.simulator.state,
        ARRIVAL_TIMEOUT,
        "the event has arrived",
        lambda state: any(
            (event["code"], event["description"]) == ("door", message)
            for event in state["events"]
        ),
    )
    await stage.simulator.reboot()
    await _entity_has(stage, APP_COMMAND, "event_type", "reboot")


async def _entity_is(stage: Stage, entity_id: str, state: str) -> None:
    """Wait until an entity has a state."""
    await wait_for(
        lambda: stage.home_assistant.client.state(entity_id),
        ARRIVAL_TIMEOUT,
        f"{entity_id} is {state}",
        lambda entity: entity.state == state,
    )


async def _entity_has(stage: Stage, entity_id: str, name: str, value: object) -> None:
    """Wait until an entity's attribute has a value."""
    await wait_for(
        lambda: stage.home_assistant.client.state(entity_id),
        ARRIVAL_TIMEOUT,
        f"{name} of {entity_id} is {value}",
        lambda entity: entity.attributes.get(name) == value,
    )


async def _widget_shows(stage: Stage, name: str, value: float | str) -> None:
    """Wait until the device has written a value that Blynk now shows."""

    def is_it(datastream: dict[str, Any]) -> bool:
        return bool(datastream["value"] == value and datastream["source"] == "device")

    await wait_for(
        lambda: stage.simulator.datastream(name),
        ARRIVAL_TIMEOUT,
        f"{name} shows {value!r}",
        is_it,
    )


async def _widget_has(stage: Stage, name: str, key: str, text: str) -> None:
    """Wait until a property of the widget has a value."""
    await wait_for(
        lambda: stage.simulator.datastream(name),
        ARRIVAL_TIMEOUT,
        f"{key} of {name} is {text}",
        lambda datastream: datastream["properties"].get(key) == text,
    )
