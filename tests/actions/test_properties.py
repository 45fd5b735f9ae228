"""Properties of widgets: what arrives, what is refused, and what follows an entity."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.blynk_bridge.actions.properties import PROPERTIES
from simulator import Simulator

from ..conftest import SetUp, as_subentry, exposure, temperature
from ..device.conftest import eventually
from ..translated import INTEGRATION
from .calls import call, failed, published, refused


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gather what follows an entity for a moment only."""
    monkeypatch.setattr("custom_components.blynk_bridge.overrides._PAUSE", 0.02)


def properties(simulator: Simulator, name: str) -> dict[str, str | tuple[str, ...]]:
    """Return the properties that a datastream's widgets have in Blynk."""
    return simulator.device.datastreams[name].properties


def on_the_way(simulator: Simulator) -> list[str]:
    """Return where the messages about properties went."""
    return [topic for topic, _ in published(simulator) if "/prop/" in topic]


@pytest.mark.parametrize(
    ("key", "value", "texts"),
    [
        ("label", "Wohnzimmer, °C", "Wohnzimmer, °C"),
        ("label", 5, "5"),
        ("color", "#e4f6f7", "#E4F6F7"),
        ("color", "E4F6F7", "#E4F6F7"),
        ("onColor", "red", "#FF0000"),
        ("backColor", [228, 246, 247], "#E4F6F7"),
        ("isDisabled", True, "true"),
        ("isHidden", "off", "false"),
        ("isMuted", 1, "true"),
        ("min", -12.5, "-12.5"),
        ("max", "40", "40"),
        ("maximumFractionDigits", 0, "0"),
        ("labels", ["eco", "comfort"], ("eco", "comfort")),
        ("labels", [1, 2.5, True], ("1", "2.5", "true")),
        ("labels", "eco", "eco"),
        ("isdisabled", True, "true"),
        ("somethingNew", "x", "x"),
        ("somethingNew", False, "false"),
        ("somethingNew", ["x", 1], ("x", "1")),
    ],
)
async def test_a_property_arrives(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    key: str,
    value: Any,
    texts: object,
) -> None:
    """As Blynk wants it, in one message; erased, it is gone."""
    await set_up()
    await call(hass, "set_property", datastream="Lamp", property=key, value=value)
    spelt = "isDisabled" if key == "isdisabled" else key
    assert properties(simulator, "Lamp") == {spelt: texts}
    await call(hass, "erase_property", datastream="Lamp", property=key)
    assert not properties(simulator, "Lamp")
    assert on_the_way(simulator) == [
        f"ds/Lamp/prop/{spelt}",
        f"ds/Lamp/prop/{spelt}/erase",
    ]


NO_PROPERTIES: list[tuple[Any, Any, str]] = [
    ("color", "reddish", "property_no_color"),
    ("color", "#E4F6F", "property_no_color"),
    ("color", [1, 2], "property_no_color"),
    ("color", [1, 2, 256], "property_no_color"),
    ("color", [True, 2, 3], "property_no_color"),
    ("color", {"r": 1}, "property_no_color"),
    ("isHidden", "perhaps", "property_no_flag"),
    ("isHidden", 2, "property_no_flag"),
    ("isHidden", [], "property_no_flag"),
    ("min", "cold", "property_no_number"),
    ("min", float("nan"), "property_no_number"),
    ("min", True, "property_no_number"),
    ("label", ["a", "b"], "property_no_text"),
    ("label", "a\0b", "property_no_text"),
    ("label", "\ud83d", "property_no_text"),
    ("labels", [], "property_no_list"),
    ("labels", ["a", None], "property_no_list"),
    ("labels", ["a\0b"], "property_no_list"),
    ("labels", ["a"] * 101, "property_no_list"),
    ("somethingNew", {"a": 1}, "property_no_text"),
    ("label", None, "no_value"),
    ("label", "x" * 1001, "value_too_large"),
    ("labels", ["x" * 60] * 20, "value_too_large"),
    ("on/off", "x", "invalid_property"),
    ("on off", "x", "invalid_property"),
    ("", "x", "invalid_property"),
    ("x" * 300, "x", "invalid_property"),
    (None, "x", "invalid_property"),
    (["label"], "x", "invalid_property"),
]


async def test_what_is_no_property(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Is refused, and nothing is sent."""
    await set_up()
    keys = [
        await refused(
            hass, "set_property", datastream="Lamp", property=key, value=value
        )
        for key, value, _ in NO_PROPERTIES
    ]
    assert keys == [wrong for _, _, wrong in NO_PROPERTIES]
    assert not published(simulator)


async def test_what_follows_an_entity_is_left_alone(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It would be set back; what does not follow is the user's, and stays."""
    hass.states.async_set("sensor.temperature", "7", {"friendly_name": "Outside"})
    entry = await set_up(temperature(properties=["label"], unavailable="disable"))
    await eventually(lambda: properties(simulator, "Temperature"))
    place = {"datastream": "Temperature", "property": "label"}
    assert await refused(hass, "set_property", **place, value="x") == "property_follows"
    assert await refused(hass, "erase_property", **place) == "property_follows"
    data = {"datastream": "Temperature", "property": "isDisabled", "value": True}
    assert await refused(hass, "set_property", **data) == "property_follows"
    await call(hass, "set_property", **(data | {"property": "color", "value": "red"}))
    hass.states.async_set("sensor.temperature", "7", {"friendly_name": "Inside"})
    wanted = {"label": "Inside", "color": "#FF0000"}
    await simulator.wait_for(lambda: properties(simulator, "Temperature") == wanted)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await eventually(lambda: entry.runtime_data.data.online)
    hass.states.async_set("sensor.temperature", "7", {"friendly_name": "Garden"})
    wanted = {"label": "Garden", "color": "#FF0000"}
    await simulator.wait_for(lambda: properties(simulator, "Temperature") == wanted)


async def test_what_followed_once_is_the_users_now(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nothing that was to be taken back takes it back."""
    hass.states.async_set("sensor.temperature", "7", {"friendly_name": "Outside"})
    followed = temperature(properties=["label"])
    entry = await set_up(followed)
    await eventually(lambda: properties(simulator, "Temperature"))
    simulator.behaviour.puback_delay = 0.1
    subentry = next(iter(entry.subentries.values()))
    hass.config_entries.async_update_subentry(
        entry, subentry, data=as_subentry(temperature()).data
    )
    await hass.async_block_till_done()
    await call(
        hass, "set_property", datastream="Temperature", property="label", value="Mine"
    )
    await eventually(lambda: not entry.runtime_data.overrides._waiting)
    assert not entry.runtime_data.learned.overrides("Temperature")
    # Whatever else was on its way has arrived behind this.
    await call(hass, "set_value", datastream="Message", value="hi")
    assert properties(simulator, "Temperature") == {"label": "Mine"}


async def test_a_paused_exposure_has_no_say(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What it had is the user's to change meanwhile."""
    hass.states.async_set("switch.lamp", "on")
    await set_up(
        exposure("switch.lamp", "power", "Lamp", properties=["label"], paused=True)
    )
    await call(hass, "set_property", datastream="Lamp", property="label", value="x")
    assert properties(simulator, "Lamp") == {"label": "x"}


async def test_what_blynk_objects_to_is_an_error(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With its own words."""
    await set_up()
    place = {"datastream": "Nobody", "property": "label"}
    assert await failed(hass, "set_property", **place, value="x") == "objected"
    assert await failed(hass, "erase_property", **place) == "objected"


def test_the_form_offers_every_property() -> None:
    """Those that are documented, by name; others can be entered."""
    actions = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    for action in ("set_property", "erase_property"):
        select = actions[action]["fields"]["property"]["selector"]["select"]
        assert select["custom_value"]
        assert sorted(select["options"]) == sorted(PROPERTIES)
