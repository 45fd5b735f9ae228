"""What the recorder leaves out of an entity's states, and what makes up for it.

An entity says which of its attributes are not worth recording. Some of them tell
what it can do: they are the same today. Of the others there is no past.
"""

from collections.abc import Mapping
import sys
from typing import Any, Final, cast, override

from homeassistant.const import ATTR_RESTORED, ATTR_SUPPORTED_FEATURES, MATCH_ALL
from homeassistant.core import HomeAssistant, State, callback, split_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.util.read_only_dict import ReadOnlyDict

from ..exposure import Exposure
from ..traits import tolerant

# The recorder keeps these of an entity that wants none of its attributes recorded
# (homeassistant.components.recorder.db_schema).
_KEPT: Final = frozenset(
    {"device_class", "friendly_name", "state_class", "unit_of_measurement"}
)
# Where an entity's class says what it does not want to be recorded.
_DECLARED: Final = ("_entity_component_unrecorded_attributes", "_unrecorded_attributes")
# In these a trait looks at its attributes, if it does not in the present one.
_TELLING: Final = ("on", "open", "playing", "idle", "active", "cleaning", "home")


class _Noting(dict[str, Any]):
    """Attributes that note which of them are asked for."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        """Begin with none."""
        super().__init__(attributes)
        self.asked: set[str] = set()

    @override
    def get(self, key: str, default: Any = None, /) -> Any:
        """Return an attribute."""
        self.asked.add(key)
        return super().get(key, default)

    @override
    def __getitem__(self, key: str, /) -> Any:
        """Return an attribute."""
        self.asked.add(key)
        return super().__getitem__(key)

    @override
    def __contains__(self, key: object, /) -> bool:
        """Return whether there is such an attribute."""
        self.asked.add(str(key))
        return super().__contains__(key)


@callback
def lost_attributes(hass: HomeAssistant, exposure: Exposure) -> frozenset[str]:
    """Return the attributes that make up the exposure's value and have no past.

    Also while the value does without them: a lamp that is off is at 0 %.
    """
    entity_id = exposure.entity_id
    left_out = _left_out(hass, entity_id)
    known = {*_capabilities(hass, entity_id), ATTR_SUPPORTED_FEATURES}
    return frozenset(
        name
        for name in _asked(hass, exposure)
        if _is_one_of(name, left_out) and name not in known
    )


@callback
def constant_attributes(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return what is not recorded of an entity, and tells what it can do."""
    left_out = _left_out(hass, entity_id)
    return {
        name: value
        for name, value in _capabilities(hass, entity_id).items()
        if _is_one_of(name, left_out)
    }


def _asked(hass: HomeAssistant, exposure: Exposure) -> set[str]:
    """Return the attributes that a trait looks at, in whatever state the entity is."""
    entity_id = exposure.entity_id
    now = hass.states.get(entity_id)
    attributes = _Noting(
        constant_attributes(hass, entity_id) | dict(now.attributes if now else {})
    )
    for text in (*_TELLING, *((now.state,) if now else ())):
        state = State(entity_id, text)
        # Home Assistant's own class can't be extended.
        state.attributes = cast("ReadOnlyDict[str, Any]", attributes)
        tolerant.value(exposure.trait, state, exposure.data_type)
    return attributes.asked


def _is_one_of(name: str, left_out: frozenset[str]) -> bool:
    """Return whether an attribute is left out."""
    return name in left_out or (MATCH_ALL in left_out and name not in _KEPT)


def _left_out(hass: HomeAssistant, entity_id: str) -> frozenset[str]:
    """Return the attributes that are not recorded of an entity."""
    from homeassistant.components.recorder.const import ALL_DOMAIN_EXCLUDE_ATTRS

    state = hass.states.get(entity_id)
    if state is not None and state.state_info is not None:
        declared = state.state_info["unrecorded_attributes"]
    elif state is None or ATTR_RESTORED in state.attributes:
        declared = _declared(split_entity_id(entity_id)[0])
    else:
        # Nothing but a state: no entity is behind it.
        declared = frozenset()
    return declared | ALL_DOMAIN_EXCLUDE_ATTRS


def _declared(domain: str) -> frozenset[str]:
    """Return what entities of a domain leave out: one that is not there yet, too."""
    module = sys.modules.get(f"homeassistant.components.{domain}")
    found: set[str] = set()
    for item in vars(module).values() if module else ():
        if isinstance(item, type) and issubclass(item, Entity):
            for name in _DECLARED:
                found |= getattr(item, name, frozenset())
    return frozenset(found)


def _capabilities(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the attributes that tell what an entity can do."""
    state = hass.states.get(entity_id)
    features = state.attributes.get(ATTR_SUPPORTED_FEATURES) if state else None
    known: Mapping[str, Any] | None = None
    if (entry := er.async_get(hass).async_get(entity_id)) is not None:
        known = entry.capabilities
        features = features or entry.supported_features
    elif (entity := _entity(hass, entity_id)) is not None:
        known = entity.capability_attributes
    capabilities = dict(known or {})
    return (
        capabilities | {ATTR_SUPPORTED_FEATURES: features} if features else capabilities
    )


def _entity(hass: HomeAssistant, entity_id: str) -> Entity | None:
    """Return the entity behind a state, None if there is none."""
    component = hass.data.get(DATA_INSTANCES, {}).get(split_entity_id(entity_id)[0])
    return None if component is None else component.get_entity(entity_id)
