"""The texts: every one that is needed is there, and no other.

The flows' forms, errors and ends are checked wherever a test walks through them.
"""

import json
import re

from homeassistant.components.number import NumberMode
from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.blynk_bridge import plan_formats, traits
from custom_components.blynk_bridge.binary_sensor import CONNECTIVITY
from custom_components.blynk_bridge.button import RESYNC
from custom_components.blynk_bridge.choosing import Omission
from custom_components.blynk_bridge.const import SUBENTRY_CONTROL, SUBENTRY_EVENT
from custom_components.blynk_bridge.control import DATA_TYPES, ControlKind
from custom_components.blynk_bridge.device.endpoint import Transport
from custom_components.blynk_bridge.device.region import REGIONS
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.draft import PlanSize, Scope
from custom_components.blynk_bridge.event import APP_COMMAND
from custom_components.blynk_bridge.exposure import (
    Direction,
    Unavailable,
    WidgetProperty,
)
from custom_components.blynk_bridge.exposure_checks import AUTOMATIC
from custom_components.blynk_bridge.flows.bulk_flow import (
    FILL,
    LEAVE,
    NO_PROPERTY,
    PAUSE,
    RESUME,
)
from custom_components.blynk_bridge.quota import QuotaKind
from custom_components.blynk_bridge.sensor import SENSORS
from custom_components.blynk_bridge.server_messages import Notice
from custom_components.blynk_bridge.templated import TEMPLATE_KEY
from custom_components.blynk_bridge.traits.anything import ATTRIBUTE_KEY
from custom_components.blynk_bridge.traits.base import OWN_WORDING

from .traits.samples_comfort import SAMPLES as COMFORT
from .traits.samples_home import SAMPLES as HOME
from .translated import INTEGRATION, STRINGS, all_texts, placeholders

ENTITIES: dict[str, tuple[EntityDescription, ...]] = {
    "binary_sensor": (CONNECTIVITY,),
    "button": (RESYNC,),
    "event": (APP_COMMAND,),
    "sensor": SENSORS,
}
# The options of enumerations that Home Assistant has no names for.
OWN_OPTIONS = {
    option
    for state in (*COMFORT, *HOME)
    for trait in traits.traits_of(state)
    if (description := trait.describe(state)) and description.wording == OWN_WORDING
    for option in description.options
}
# What Home Assistant's own flows end with, without a word in our code.
OF_CORE = {"already_configured"}


@pytest.mark.parametrize(
    ("selector", "options"),
    [
        (
            "trait",
            {ATTRIBUTE_KEY, TEMPLATE_KEY, *(trait.key for trait in traits.TRAITS)},
        ),
        ("option", OWN_OPTIONS),
        ("data_type", {AUTOMATIC, *DataType}),
        ("direction", {AUTOMATIC, *Direction}),
        ("omission", set(Omission)),
        ("backfill", {FILL, LEAVE}),
        ("paused", {PAUSE, RESUME}),
        ("plan_size", set(PlanSize)),
        ("preview_note", {"guarded", "private"}),
        ("properties", {NO_PROPERTY, *WidgetProperty}),
        (
            "refusal",
            {"guarded", "interval_order", "invalid_data", "no_history", "not_writable"},
        ),
        ("scope", set(Scope)),
        ("server_messages", set(Notice)),
        ("region", {"any", *(host.partition(".")[0] for host in REGIONS)}),
        ("quota", set(QuotaKind)),
        ("plan_column", {*plan_formats._COLUMNS, "settings"}),
        ("plan_value", {"on", "off"}),
        ("device_model", {"entry", SUBENTRY_CONTROL, SUBENTRY_EVENT}),
        ("transport", set(Transport)),
        ("unavailable", set(Unavailable)),
        ("control_kind", set(ControlKind)),
        ("number_mode", set(NumberMode)),
    ],
)
def test_every_option_has_a_label(selector: str, options: set[str]) -> None:
    """And no label is left over."""
    assert set(STRINGS["selector"][selector]["options"]) == options


def test_every_entity_has_a_name() -> None:
    """Its own, or the one of its device class."""
    for platform, descriptions in ENTITIES.items():
        keys = {entity.translation_key for entity in descriptions}
        named = set(STRINGS["entity"].get(platform, {}))
        assert named <= keys
        for entity in descriptions:
            assert entity.translation_key in named or entity.device_class


def test_every_entity_has_an_icon() -> None:
    """In icons.json, and nowhere else."""
    icons = json.loads((INTEGRATION / "icons.json").read_text())["entity"]
    assert {platform: set(icons[platform]) for platform in icons} == {
        platform: {entity.translation_key for entity in descriptions}
        for platform, descriptions in ENTITIES.items()
    }
    assert not any(
        entity.icon for descriptions in ENTITIES.values() for entity in descriptions
    )


def test_no_error_is_left_over() -> None:
    """What no code says any more has no text either."""
    code = "".join(file.read_text() for file in INTEGRATION.rglob("*.py"))
    flows = [STRINGS["config"], *STRINGS["config_subentries"].values()]
    for flow in flows:
        for key in {*flow["error"], *flow["abort"]} - OF_CORE:
            assert f'"{key}"' in code, key


def test_every_requirement_has_a_text() -> None:
    """One for each data type, and one with a range where there can be one."""
    ranges = {f"{data_type}_range" for data_type in (DataType.INTEGER, DataType.DOUBLE)}
    texts = STRINGS["config_subentries"]["datastream"]["create_entry"]
    assert set(texts) == {*DataType, *ranges, "enum_plain"}


def test_every_control_has_a_text() -> None:
    """Of what its datastream must be: one for each data type that a kind may have."""
    types = {data_type for kind in DATA_TYPES.values() for data_type in kind}
    ranges = {f"{data_type}_range" for data_type in (DataType.INTEGER, DataType.DOUBLE)}
    texts = STRINGS["config_subentries"]["control"]["create_entry"]
    assert set(texts) == types | ranges


def test_every_app_command_has_a_text_and_an_icon() -> None:
    """As a state attribute of the event entity."""
    icons = json.loads((INTEGRATION / "icons.json").read_text())["entity"]["event"]
    for texts in (STRINGS["entity"]["event"], icons):
        states = texts["app_command"]["state_attributes"]["event_type"]["state"]
        assert list(states) == APP_COMMAND.event_types


def test_no_exception_is_left_over() -> None:
    """What no code raises any more has no text either."""
    code = "".join(file.read_text() for file in INTEGRATION.rglob("*.py"))
    raised = set(re.findall(r'translation_key="(\w+)"', code))
    assert STRINGS["exceptions"].keys() <= raised


@pytest.mark.parametrize("text", all_texts(STRINGS))
def test_texts_are_texts(text: str) -> None:
    """No reference, address or mark-up, which Home Assistant would show as it is."""
    assert text == text.strip()
    assert text
    assert "[%key:" not in text
    assert not re.search(r"https?://\w|<\w", text)
    assert re.sub(r"\{\w+\}", "", text).count("{") == 0
    assert all(re.fullmatch(r"[a-z_]+", name) for name in placeholders(text))
