"""What Home Assistant's actions do: a home small enough to be true.

Only as far as a trait can see it. An action that is not in the table has no
business in an Action.
"""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.core import Context, State
from homeassistant.util import color

from custom_components.blynk_bridge.traits.base import Action

NOWHERE: Final = Context(id="01JTESTTESTTESTTESTTESTTEST")

type Data = Mapping[str, object]
type Effect = Callable[[State, Data], State]


def after(state: State, action: Action | None) -> State:
    """Return the entity as it is once the action has been carried out."""
    if action is None:
        return state
    data = {k: v for k, v in action.data.items() if k != "entity_id"}
    assert action.data["entity_id"] == state.entity_id
    service = f"{action.domain}.{action.service}"
    return (EFFECTS.get(service) or EVERYWHERE[action.service])(state, data)


def changed(state: State, raw: str | None = None, /, **attributes: object) -> State:
    """Return the entity in another state, or with other attributes."""
    return a_state(
        state.entity_id,
        state.state if raw is None else raw,
        {**state.attributes, **attributes},
    )


def a_state(entity_id: str, raw: str, attributes: Data) -> State:
    """Return a state whose context is no new one: an id of it would be random."""
    return State(entity_id, raw, attributes, context=NOWHERE)


def nothing(state: State, data: Data) -> State:
    """Leave the entity as it is: something happens elsewhere."""
    return state


def becomes(raw: str, *, unless: frozenset[str] = frozenset()) -> Effect:
    """Return the effect that changes the state, unless it is one of these."""
    return lambda state, _: state if state.state in unless else changed(state, raw)


def takes(parameter: str) -> Effect:
    """Return the effect that makes a parameter the state."""
    return lambda state, data: changed(state, str(data[parameter]))


def keeps(**renamed: str) -> Effect:
    """Return the effect that makes attributes of the parameters, renamed or not."""
    return lambda state, data: changed(
        state, None, **{renamed.get(name, name): value for name, value in data.items()}
    )


def takes_any(state: State, data: Data) -> State:
    """Take the only parameter as the state; a moment goes into UTC."""
    (value,) = data.values()
    return changed(state, str(value))


def moves(opening: str, *, end: int) -> Effect:
    """Return the effect that starts a movement, if there is anywhere to go."""
    still = "open" if end else "closed"

    def start(state: State, _: Data) -> State:
        position = state.attributes.get("current_position", end)
        there = state.state == still and position == end
        return state if there else changed(state, opening)

    return start


def stops(state: State, _: Data) -> State:
    """End a movement where it is."""
    if state.state not in {"opening", "closing"}:
        return state
    shut = state.attributes.get("current_position", 1) == 0
    return changed(state, "closed" if shut else "open")


def goes_to(state: State, data: Data) -> State:
    """Reach a position."""
    position = data["position"]
    return changed(state, "open" if position else "closed", current_position=position)


def tilts_to(end: int) -> Effect:
    """Return the effect that turns the slats."""
    return lambda state, _: changed(state, current_tilt_position=end)


def lights(state: State, data: Data) -> State:
    """Turn a light on as it is told; a colour is told in its own way and as RGB."""
    told = dict(data)
    if (percent := told.pop("brightness_pct", None)) is not None:
        told["brightness"] = round(float(str(percent)) / 100 * 255)
    for mode, (exact, to_rgb) in COLOURS.items():
        if exact in data and data[exact] != state.attributes.get(exact):
            told = {"color_temp_kelvin": None} | told
            told |= {"color_mode": mode, "rgb_color": to_rgb(data[exact])}
    return changed(state, "on", **told)


COLOURS: Final[Mapping[str, tuple[str, Callable[..., object]]]] = {
    "hs": ("hs_color", lambda hs: color.color_hs_to_RGB(*hs)),
    "xy": ("xy_color", lambda xy: color.color_xy_to_RGB(*xy)),
    "rgb": ("rgb_color", tuple),
    "rgbw": ("rgbw_color", lambda rgbw: color.color_rgbw_to_rgb(*rgbw)),
    "color_temp": (
        "color_temp_kelvin",
        lambda kelvin: tuple(map(round, color.color_temperature_to_rgb(kelvin))),
    ),
}


def runs_at(state: State, data: Data) -> State:
    """Turn a fan at a speed, or not at all."""
    percentage = data["percentage"]
    return changed(
        state, "on" if percentage else "off", percentage=percentage, preset_mode=None
    )


def wakes(state: State, _: Data) -> State:
    """Put a thermostat or water heater into its first mode that is not off."""
    modes = state.attributes.get("hvac_modes") or state.attributes["operation_list"]
    mode = next(mode for mode in modes if mode != "off")
    return changed(state, mode, operation_mode=mode)


def away(state: State, data: Data) -> State:
    """Let a water heater save energy, or no more."""
    return changed(state, away_mode="on" if data["away_mode"] else "off")


def works_in(state: State, data: Data) -> State:
    """Change a water heater's mode, which is its state, too."""
    mode = str(data["operation_mode"])
    return changed(state, mode, operation_mode=mode)


TURNS_ON: Final = becomes("on")
TURNS_OFF: Final = becomes("off")
# What an action does whatever the domain.
EVERYWHERE: Final[Mapping[str, Effect]] = {
    "turn_on": TURNS_ON,
    "turn_off": TURNS_OFF,
    "set_value": takes_any,
    "select_option": takes("option"),
    "set_temperature": keeps(),
    "set_humidity": keeps(),
    "set_preset_mode": keeps(),
    "set_fan_speed": keeps(),
}
EFFECTS: Final[Mapping[str, Effect]] = {
    "light.turn_on": lights,
    "fan.turn_on": lambda state, _: changed(state, "on", percentage=100),
    "fan.set_percentage": runs_at,
    "fan.set_preset_mode": lambda state, data: changed(state, "on", **data),
    "fan.oscillate": keeps(),
    "fan.set_direction": keeps(),
    "climate.turn_on": wakes,
    "climate.set_hvac_mode": takes("hvac_mode"),
    "climate.set_fan_mode": keeps(),
    "climate.set_swing_mode": keeps(),
    "climate.set_swing_horizontal_mode": keeps(),
    "humidifier.set_mode": keeps(),
    "water_heater.turn_on": wakes,
    "water_heater.set_operation_mode": works_in,
    "water_heater.set_away_mode": away,
    "media_player.media_play": becomes("playing"),
    "media_player.media_pause": becomes("paused"),
    "media_player.media_stop": becomes("idle"),
    "media_player.media_next_track": nothing,
    "media_player.media_previous_track": nothing,
    "media_player.volume_set": keeps(),
    "media_player.volume_mute": keeps(),
    "media_player.shuffle_set": keeps(),
    "media_player.repeat_set": keeps(),
    "media_player.select_source": keeps(),
    "media_player.select_sound_mode": keeps(),
    "remote.turn_on": lambda state, data: changed(
        state, "on", **{f"current_{name}": value for name, value in data.items()}
    ),
    "homeassistant.turn_on": TURNS_ON,
    "homeassistant.turn_off": TURNS_OFF,
    "cover.open_cover": moves("opening", end=100),
    "cover.close_cover": moves("closing", end=0),
    "cover.stop_cover": stops,
    "cover.set_cover_position": goes_to,
    "cover.open_cover_tilt": tilts_to(100),
    "cover.close_cover_tilt": tilts_to(0),
    "cover.set_cover_tilt_position": keeps(tilt_position="current_tilt_position"),
    "valve.open_valve": moves("opening", end=100),
    "valve.close_valve": moves("closing", end=0),
    "valve.stop_valve": stops,
    "valve.set_valve_position": goes_to,
    "lock.lock": becomes("locked"),
    "lock.unlock": becomes("unlocked"),
    "lock.open": becomes("open"),
    "alarm_control_panel.alarm_disarm": becomes("disarmed"),
    "alarm_control_panel.alarm_arm_home": becomes("armed_home"),
    "alarm_control_panel.alarm_arm_away": becomes("armed_away"),
    "alarm_control_panel.alarm_arm_night": becomes("armed_night"),
    "alarm_control_panel.alarm_arm_vacation": becomes("armed_vacation"),
    "alarm_control_panel.alarm_arm_custom_bypass": becomes("armed_custom_bypass"),
    "alarm_control_panel.alarm_trigger": becomes("triggered"),
    "vacuum.start": becomes("cleaning"),
    "vacuum.pause": becomes("paused"),
    "vacuum.stop": becomes("idle"),
    "vacuum.return_to_base": becomes("returning", unless=frozenset({"docked"})),
    "vacuum.locate": nothing,
    "vacuum.clean_spot": becomes("cleaning"),
    "lawn_mower.start_mowing": becomes("mowing"),
    "lawn_mower.pause": becomes("paused"),
    "lawn_mower.stop": becomes("idle"),
    "lawn_mower.dock": becomes("returning", unless=frozenset({"docked"})),
    "input_datetime.set_datetime": takes_any,
    "timer.start": becomes("active"),
    "timer.pause": becomes("paused", unless=frozenset({"idle"})),
    "timer.cancel": becomes("idle"),
    "button.press": nothing,
    "input_button.press": nothing,
    "scene.turn_on": nothing,
    "automation.trigger": nothing,
    "update.install": becomes("off"),
}
