"""The actions."""

import json
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components.blynk_bridge.actions.plan import FORMATS
from custom_components.blynk_bridge.const import DOMAIN, SUBENTRY_CONTROL
from simulator import Simulator

from .conftest import TEMPLATE_ID, TOKEN, SetUp, exposure, temperature
from .translated import INTEGRATION, STRINGS


async def export(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Return what the action answers."""
    answer = await hass.services.async_call(
        DOMAIN, "export_plan", data, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


@pytest.mark.parametrize("form", FORMATS)
async def test_the_plan_is_exported_in_every_form(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, form: str
) -> None:
    """With every exposure, by pin, and without the token."""
    hass.states.async_set("sensor.temperature", "7", {"unit_of_measurement": "°C"})
    entry = await set_up(
        temperature(pin=3), exposure("switch.lamp", "power", "Lamp", pin=1)
    )
    answer = await export(hass, config_entry_id=entry.entry_id, format=form)
    assert answer["datastreams"] == 2
    text = str(answer["plan"])
    assert 0 < text.index("Lamp") < text.index("Temperature")
    assert "Celsius" in text
    assert TOKEN not in text
    assert (TEMPLATE_ID in text) is (form == "instructions")


async def test_controls_are_in_the_plan(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """They are datastreams of the template like any other."""
    entry = await set_up(
        temperature(pin=3),
        ConfigSubentryData(
            data={
                "datastream": "Message",
                "pin": 1,
                "kind": "text",
                "data_type": "string",
            },
            subentry_type=SUBENTRY_CONTROL,
            title="Message",
            unique_id="ds:Message",
        ),
    )
    answer = await export(hass, config_entry_id=entry.entry_id, format="json")
    assert [row["name"] for row in answer["plan"]] == ["Message", "Temperature"]


async def test_two_hundred_exposures_are_exported(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """None is left out, whatever it is called."""
    names = [f"Datastream {number}" for number in range(199)] + ["🛋 =1-1|`x`"]
    entry = await set_up(
        *(
            exposure(f"sensor.s{pin}", "value", name, "double", "publish", pin=pin)
            for pin, name in enumerate(names)
        ),
    )
    for form, lines in {"markdown": 202, "csv": 202}.items():
        answer = await export(hass, config_entry_id=entry.entry_id, format=form)
        assert answer["datastreams"] == 200
        assert len(answer["plan"].strip().splitlines()) == lines - (form == "csv")
    answer = await export(hass, config_entry_id=entry.entry_id, format="json")
    assert [row["name"] for row in answer["plan"]] == names
    answer = await export(hass, config_entry_id=entry.entry_id, format="instructions")
    assert "\n200. " in answer["plan"]


async def test_a_wrong_entry_is_refused(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In words of Home Assistant's own; one that is not loaded, too."""
    entry = await set_up()
    with pytest.raises(ServiceValidationError) as refusal:
        await export(hass, config_entry_id="nothing", format="json")
    assert refusal.value.translation_key == "service_config_entry_not_found"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    with pytest.raises(ServiceValidationError) as refusal:
        await export(hass, config_entry_id=entry.entry_id, format="json")
    assert refusal.value.translation_key == "service_config_entry_not_loaded"


async def test_an_unknown_form_is_refused(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Before anything is done."""
    entry = await set_up()
    with pytest.raises(vol.Invalid):
        await export(hass, config_entry_id=entry.entry_id, format="xml")


def test_every_action_is_described() -> None:
    """Its fields in services.yaml, its texts in en.json, its icon in icons.json."""
    fields = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    icons = json.loads((INTEGRATION / "icons.json").read_text())["services"]
    texts = STRINGS["services"]
    assert fields.keys() == icons.keys() == texts.keys()
    for name, action in fields.items():
        assert action["fields"].keys() == texts[name]["fields"].keys()
    options = fields["export_plan"]["fields"]["format"]["selector"]["select"]
    assert set(options["options"]) == set(FORMATS)
    assert set(FORMATS) == set(STRINGS["selector"]["plan_format"]["options"])
