"""What a template has already: names and values that somebody else has chosen."""

from homeassistant.core import State
from hypothesis import example, given, strategies as st

from custom_components.blynk_bridge.device.errors import InvalidValue
from custom_components.blynk_bridge.device.values import DataType, from_text
from custom_components.blynk_bridge.importing import Match, best_match, fitting_type
from custom_components.blynk_bridge.proposal import data_types
from custom_components.blynk_bridge.traits import traits_of

from ..traits.samples_comfort import SAMPLES as COMFORT
from ..traits.samples_home import SAMPLES as HOME
from .effort import effort
from .made_up import TEXTS
from .test_values import WIRE

WORDS = st.sampled_from(
    ["lamp", "Lamp", "kitchen lamp", "Kitchen Lamp Brightness", "temperature", "straße"]
)
KNOWN = st.dictionaries(
    st.one_of(WORDS, TEXTS).map(str.casefold),
    st.builds(Match, TEXTS, TEXTS),
    max_size=6,
)
CASES = [(state, trait) for state in (*COMFORT, *HOME) for trait in traits_of(state)]


@given(st.one_of(WORDS, TEXTS), KNOWN)
@example("STRASSE", {"strasse": Match("light.a", "power")})
@effort(400)
def test_a_name_means_the_nearest_or_nothing(
    name: str, known: dict[str, Match]
) -> None:
    """An exact one before all others, whatever its capitals."""
    found = best_match(name, known)
    assert found is None or found in known.values()
    assert best_match(name, {}) is None
    exact = Match("light.exact", "power")
    assert best_match(name, {**known, name.casefold(): exact}) is exact


@given(st.sampled_from(CASES), WIRE)
@effort(400)
def test_a_value_tells_a_type_that_holds_the_trait(
    case: tuple[State, object], text: str
) -> None:
    """The value can be of that type, if it can be of any that is possible."""
    state, _ = case
    for trait in traits_of(state):
        description = trait.describe(state)
        assert description is not None
        possible = {description.data_type, *data_types(trait, description)}
        kind = fitting_type(trait, description, text)
        assert kind in possible
        if not text:
            assert kind is description.data_type
        elif any(parses(text, each) for each in possible):
            assert parses(text, kind)


def parses(text: str, data_type: DataType) -> bool:
    """Return whether a text is a value of the type."""
    try:
        from_text(text, data_type)
    except InvalidValue:
        return False
    return True
