"""Dates and times that a user sets, by the home's clock."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from homeassistant.core import State
from homeassistant.util import dt as dt_util
import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits.base import Action, Description, NotWritable
from custom_components.blynk_bridge.traits.moments import (
    day_text,
    moment_text,
    time_text,
)

from . import an, named, the


@pytest.fixture(autouse=True)
def berlin() -> Iterator[None]:
    """Put the home where the clocks change."""
    before = dt_util.get_default_time_zone()
    dt_util.set_default_time_zone(ZoneInfo("Europe/Berlin"))
    yield
    dt_util.set_default_time_zone(before)


DATE = an("date.x", "2026-08-01")
TIME = an("time.x", "06:45:00")
BOTH = an("datetime.x", "2026-07-01T10:00:00+00:00")
INPUT_DATE = an("input_datetime.x", "2026-08-01", has_date=True, has_time=False)
INPUT_TIME = an("input_datetime.x", "06:45:00", has_date=False, has_time=True)
INPUT_BOTH = an("input_datetime.x", "2026-08-01 06:45:00", has_date=True, has_time=True)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (DATE, "2026-08-01"),
        (TIME, "06:45:00"),
        (an("time.x", "06:45:00.125000"), "06:45:00"),
        (BOTH, "2026-07-01 12:00:00"),
        (INPUT_DATE, "2026-08-01"),
        (INPUT_TIME, "06:45:00"),
        (INPUT_BOTH, "2026-08-01 06:45:00"),
        (an("date.x", "unknown"), None),
        (an("time.x", "noon"), None),
        (an("datetime.x", "0001-01-01T00:00:00+14:00"), None),
    ],
    ids=named,
)
def test_a_date_or_time_is_told_as_a_person_reads_it(
    state: State, told: str | None
) -> None:
    trait = the(state.domain, "value")
    assert trait.value(state, DataType.STRING) == told
    assert trait.describe(state) == Description(
        data_type=DataType.STRING, writable=True
    )


@pytest.mark.parametrize(
    ("state", "written", "service", "data"),
    [
        (DATE, "2026-12-24", "set_value", {"date": "2026-12-24"}),
        (DATE, "2026-12-24T23:30:00+00:00", "set_value", {"date": "2026-12-25"}),
        (TIME, "7:30", "set_value", {"time": "07:30:00"}),
        (TIME, "07:30:15", "set_value", {"time": "07:30:15"}),
        (TIME, "27000\0", "set_value", {"time": "07:30:00"}),
        (
            TIME,
            "0\0" + "86399\0Europe/Berlin\0" + "1,2,3\0" + "3600",
            "set_value",
            {"time": "00:00:00"},
        ),
        (
            BOTH,
            "2026-12-24 18:00",
            "set_value",
            {"datetime": "2026-12-24 18:00:00"},
        ),
        (
            BOTH,
            "2026-12-24T18:00:00Z",
            "set_value",
            {"datetime": "2026-12-24 19:00:00"},
        ),
        (INPUT_DATE, "2026-12-24", "set_datetime", {"date": "2026-12-24"}),
        (INPUT_TIME, "86399\0" + "0\0UTC", "set_datetime", {"time": "23:59:59"}),
        (
            INPUT_BOTH,
            "2026-12-24 18:00:00",
            "set_datetime",
            {"datetime": "2026-12-24 18:00:00"},
        ),
    ],
    ids=named,
)
def test_a_date_or_time_is_set(
    state: State, written: str, service: str, data: dict[str, object]
) -> None:
    assert the(state.domain, "value").action(state, written) == Action(
        state.domain, service, {"entity_id": state.entity_id, **data}
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2026-02-30",
        "25:00",
        "sr\0",
        "ss\0" + "ss",
        "\0",
        "86400\0",
        "-1\0",
        "²\0",
        "9" * 10**6 + "\0",
        "\ud800",
        5,
        True,
        float("nan"),
    ],
    ids=named,
)
@pytest.mark.parametrize("state", [DATE, TIME, BOTH, INPUT_TIME], ids=named)
def test_what_is_neither_date_nor_time_is_refused(state: State, written: Value) -> None:
    with pytest.raises(NotWritable):
        the(state.domain, "value").action(state, written)


@pytest.mark.parametrize(
    "attributes",
    [{}, {"has_date": False, "has_time": False}, {"has_date": "yes", "has_time": 1}],
    ids=named,
)
def test_an_input_that_does_not_say_what_it_has_offers_nothing(
    attributes: dict[str, object],
) -> None:
    state = an("input_datetime.x", "2026-08-01", **attributes)
    trait = the("input_datetime", "value")
    assert trait.describe(state) is None
    assert trait.value(state, DataType.STRING) is None
    with pytest.raises(NotWritable):
        trait.action(state, "2026-08-01")


@pytest.mark.parametrize(
    "moment", ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]
)
def test_the_hour_that_comes_twice_is_not_mistaken_for_the_first(moment: str) -> None:
    state = an("datetime.x", moment)
    trait = the("datetime", "value")
    told = trait.value(state, DataType.STRING)
    assert told == "2026-10-25 02:30:00"
    action = trait.action(state, told)
    assert action is not None
    assert action.data["datetime"] == moment


@pytest.mark.parametrize("text", [moment_text, day_text, time_text])
@pytest.mark.parametrize("raw", [None, True, 5, 1.5, [], {}, object(), b"12:00"])
def test_what_is_no_text_is_no_time(text: object, raw: object) -> None:
    assert callable(text)
    assert text(raw) is None
