"""What holds for every trait, whatever an entity says and Blynk writes."""

from collections.abc import Mapping
import json
import math
from typing import Final

from homeassistant.core import State
from hypothesis import HealthCheck, assume, given, settings, strategies as st
import pytest

from custom_components.blynk_bridge.device.values import (
    INTEGER_MAX,
    INTEGER_MIN,
    DataType,
    Location,
    Value,
    from_text,
    normalize,
    to_json,
    to_text,
)
from custom_components.blynk_bridge.proposal import data_types
from custom_components.blynk_bridge.traits import TRAITS, traits_of
from custom_components.blynk_bridge.traits.anything import Attribute
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    NotWritable,
    Trait,
)
from simulator import values as cloud
from simulator.datastreams import Datastream, DataType as CloudType

from .effects import a_state, after
from .samples_comfort import SAMPLES as COMFORT
from .samples_home import SAMPLES as HOME

SAMPLES: Final = (*COMFORT, *HOME)
CASES: Final = [(state, trait) for state in SAMPLES for trait in traits_of(state)]
QUICK: Final = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
THOROUGH: Final = settings(QUICK, max_examples=1000)


def named(part: object) -> str:
    """Return the name of a case's part."""
    return part.entity_id if isinstance(part, State) else type(part).__name__


def described(state: State, trait: Trait) -> Description:
    """Return the description of a trait that the entity offers."""
    description = trait.describe(state)
    assert description is not None
    return description


def is_plain(description: Description) -> bool:
    """Return whether a reading may be told without a look at the description."""
    return not (description.private or description.worded or description.options)


# --- Anything at all -----------------------------------------------------------

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["nan", "inf", "1e999", "0x10", "\ud800", "2026-02-30", b"", {}]),
    lambda part: (
        st.lists(part, max_size=4)
        | st.tuples(part, part, part)
        | st.dictionaries(st.text(max_size=5), part, max_size=3)
    ),
    max_leaves=8,
)
written = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.builds(Location, st.floats(), st.floats())
    | st.sampled_from(
        ["0\0", "1\0" + "2\0" + "3", "sr\0", "on", "2026-01-01", "\ud800"]
    )
)
raw_states = st.sampled_from(sorted({state.state for state in SAMPLES})) | st.text(
    max_size=255
)
BY_DOMAIN: Final[Mapping[str, list[str]]] = {
    domain: sorted(
        {
            attribute
            for state in SAMPLES
            if state.domain == domain
            for attribute in state.attributes
        }
    )
    for domain in {state.domain for state in SAMPLES}
}


@st.composite
def hostile(draw: st.DrawFn, sample: State) -> State:
    """Return an entity of the sample's domain that says anything at all."""
    spoilt = draw(
        st.dictionaries(st.sampled_from(BY_DOMAIN[sample.domain] or ["x"]), anything)
    )
    raw = draw(st.just(sample.state) | raw_states)
    return a_state(sample.entity_id, raw, {**sample.attributes, **spoilt})


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
@given(data=st.data())
@QUICK
def test_whatever_an_entity_says_and_blynk_writes_nothing_is_raised(
    sample: State, data: st.DataObject
) -> None:
    state = data.draw(hostile(sample))
    value = data.draw(written)
    names = BY_DOMAIN[sample.domain]
    own = [trait for trait in TRAITS if state.domain in trait.domains]
    for trait in (*own, *map(Attribute, names)):
        description = trait.describe(state)
        # Else what is private would be told without being looked at.
        assert not trait.plain or description is None or is_plain(description)
        trait.read(state)
        trait.limits(state)
        trait.options(state)
        for data_type in DataType:
            told = trait.value(state, data_type)
            assert told is None or normalize(told, data_type) == told
        try:
            action = trait.action(state, value)
        except NotWritable:
            continue
        assert action is None or isinstance(action, Action)
        assert description is None or description.writable


# --- What is read and written back ---------------------------------------------


def a_write(state: State, trait: Trait) -> st.SearchStrategy[Value]:
    """Return values that a widget of the trait's datastream may write."""
    description = described(state, trait)
    if description.options:
        return st.integers(0, len(description.options) - 1)
    if (limits := description.limits) is not None:
        return st.floats(limits.minimum, limits.maximum) | st.sampled_from(
            [limits.minimum, limits.maximum]
        )
    if description.data_type is not DataType.STRING:
        return st.integers(-100, 100)
    return (
        st.text(max_size=20)
        | st.sampled_from(
            ["play", "stop", "255,0,10", "0\0" + "9\0" + "200", "#10ff00"]
        )
        | st.datetimes().map(str)
        | st.times().map(lambda time: time.isoformat("seconds"))
        | st.integers(0, 86399).map(lambda seconds: f"{seconds}\0")
    )


@st.composite
def operated(draw: st.DrawFn, sample: State) -> State:
    """Return the sample after a few writes to any of its traits."""
    state = sample
    for _ in range(draw(st.integers(0, 4))):
        writable = [t for t in traits_of(state) if described(state, t).writable]
        if not writable:
            return state
        trait = draw(st.sampled_from(writable))
        try:
            action = trait.action(state, draw(a_write(state, trait)))
        except NotWritable:
            continue
        state = after(state, action)
    return state


@pytest.mark.parametrize(
    "sample",
    [s for s in SAMPLES if any(described(s, t).writable for t in traits_of(s))],
    ids=named,
)
@given(data=st.data())
@settings(QUICK, max_examples=50)
def test_what_is_read_and_written_back_changes_nothing(
    sample: State, data: st.DataObject
) -> None:
    """In effect, in each data type that the datastream may have, after any use."""
    state = data.draw(operated(sample))
    for trait in traits_of(state):
        description = described(state, trait)
        if not description.writable:
            continue
        for data_type in sorted(data_types(trait, description)):
            if (value := trait.value(state, data_type)) is None:
                continue
            try:
                action = trait.action(state, value)
            except NotWritable:
                # It plays, but was not turned on: only use leads where no write does.
                assert state is not sample
                continue
            then = after(state, action)
            assert trait.value(then, data_type) == value
            assert trait.read(then) == trait.read(state)


def test_a_write_is_not_without_effect() -> None:
    """Else the test above would be true of traits that do nothing."""
    effective = set()
    for state, trait in CASES:
        description = described(state, trait)
        before = trait.read(state)
        for written in (
            0,
            1,
            2,
            3,
            17,
            255,
            "stop",
            "bread",
            "2027-01-02",
            "7:31",
            "1,2,3",
        ):
            try:
                action = trait.action(state, written)
            except NotWritable:
                continue
            assert description.writable
            then = after(state, action)
            if trait.momentary or trait.read(then) != before:
                effective.add((state.domain, trait.key))
    assert effective == {
        (state.domain, trait.key)
        for state, trait in CASES
        if described(state, trait).writable
    }


# --- The wire --------------------------------------------------------------------

doubles = st.floats(-1e15, 1e15)
TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
VALUES: Final[Mapping[DataType, st.SearchStrategy[Value]]] = {
    DataType.INTEGER: st.integers(INTEGER_MIN, INTEGER_MAX),
    DataType.ENUM: st.integers(0, INTEGER_MAX),
    DataType.DOUBLE: doubles | st.integers(-(10**15), 10**15),
    DataType.STRING: TEXTS,
    DataType.BOOLEAN: st.booleans(),
    DataType.LOCATION: st.builds(Location, st.floats(-180, 180), st.floats(-90, 90)),
}


@pytest.mark.parametrize("data_type", DataType)
@given(data=st.data())
@THOROUGH
def test_a_value_comes_back_as_it_was_sent(
    data_type: DataType, data: st.DataObject
) -> None:
    value = data.draw(VALUES[data_type])
    normal = normalize(value, data_type)
    assert normalize(normal, data_type) == normal
    assert from_text(to_text(value, data_type), data_type) == normal
    told = json.loads(json.dumps({"it": to_json(value, data_type)}))["it"]
    back = Location(*told) if data_type is DataType.LOCATION else told
    assert normalize(back, data_type) == normal


def a_datastream(description: Description, data_type: DataType) -> Datastream:
    """Return the datastream that the template's author is asked to create."""
    limits = description.limits
    return Datastream(
        name="it",
        pin=0,
        type=CloudType(data_type),
        min=limits.minimum if limits else None,
        max=limits.maximum if limits else None,
        labels=(description.options or None) if data_type is DataType.ENUM else None,
    )


def taken(datastream: Datastream, value: Value, data_type: DataType) -> list[object]:
    """Return what the cloud makes of the value sent alone, and in a batch."""
    alone = cloud.from_text(datastream, to_text(value, data_type).encode())
    batch = json.loads(json.dumps(to_json(value, data_type)))
    return [alone, cloud.from_json(datastream, batch)]


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
@given(data=st.data())
@QUICK
def test_the_cloud_refuses_nothing_that_is_sent(
    sample: State, data: st.DataObject
) -> None:
    """The simulator raises for a value of another type than the datastream's."""
    state = data.draw(hostile(sample) | operated(sample))
    for trait in traits_of(state):
        description = described(state, trait)
        for data_type in data_types(trait, description):
            if (value := trait.value(state, data_type)) is None:
                continue
            alone, batch = taken(a_datastream(description, data_type), value, data_type)
            assert alone == batch


@pytest.mark.parametrize(("state", "trait"), CASES, ids=named)
def test_the_cloud_shows_what_is_sent(state: State, trait: Trait) -> None:
    """Within the limits: nothing of a real entity is cut off."""
    description = described(state, trait)
    for data_type in data_types(trait, description):
        if (value := trait.value(state, data_type)) is None:
            continue
        for shown in taken(a_datastream(description, data_type), value, data_type):
            if isinstance(shown, float) and isinstance(value, int | float):
                assert math.isclose(shown, value)
            else:
                assert shown == value


@given(data=st.data())
@THOROUGH
def test_any_attribute_is_a_value_that_the_cloud_takes(data: st.DataObject) -> None:
    raw = data.draw(anything)
    state = a_state("sensor.x", "on", {"it": raw})
    trait = Attribute("it")
    description = trait.describe(state)
    assume(description is not None)
    assert description is not None
    value = trait.value(state, description.data_type)
    if value is not None:
        taken(
            a_datastream(description, description.data_type),
            value,
            description.data_type,
        )
