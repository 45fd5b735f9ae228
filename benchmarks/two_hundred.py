"""A home of two hundred entities of the usual kinds, and what shows each in Blynk."""

from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigSubentryData

from simulator.datastreams import Datastream, DataType
from tests.conftest import exposure
from tests.e2e.home import NOT_OURS

_NUMBER: Final = "#"
"""Stands for the number of each."""


@dataclass(frozen=True, slots=True)
class Kind:
    """So many entities of one kind, and how each is exposed."""

    domain: str
    count: int
    yaml: str
    """One of them in configuration.yaml."""
    trait: str
    type: DataType
    direction: str = "both"
    labels: tuple[str, ...] | None = None

    def entity_ids(self) -> list[str]:
        """Return the ids that they get."""
        return [f"{self.domain}.thing_{number}" for number in range(self.count)]

    def configuration(self) -> str:
        """Return all of them."""
        return "".join(
            self.yaml.replace(_NUMBER, str(number)) for number in range(self.count)
        )


_TEMPLATES: Final = (
    Kind(
        "sensor",
        80,
        """\
      - name: Thing #
        unique_id: sensor_#
        state: "{{ # / 10 }}"
""",
        "value",
        DataType.DOUBLE,
        "publish",
    ),
    Kind(
        "binary_sensor",
        40,
        """\
      - name: Thing #
        unique_id: binary_sensor_#
        state: "{{ # % 2 == 0 }}"
""",
        "state",
        DataType.INTEGER,
        "publish",
    ),
    Kind(
        "switch",
        20,
        """\
      - name: Thing #
        unique_id: switch_#
        state: "{{ # % 2 == 0 }}"
        turn_on: []
        turn_off: []
""",
        "power",
        DataType.INTEGER,
    ),
)
_INPUTS: Final = (
    Kind(
        "input_boolean",
        20,
        "  thing_#:\n    initial: true\n",
        "power",
        DataType.INTEGER,
    ),
    Kind(
        "input_number",
        20,
        "  thing_#:\n    min: 0\n    max: 100\n    initial: #\n",
        "value",
        DataType.DOUBLE,
    ),
    Kind(
        "input_select",
        10,
        "  thing_#:\n    options: [Home, Away, Night]\n",
        "option",
        DataType.ENUM,
        labels=("Home", "Away", "Night"),
    ),
    Kind(
        "input_text",
        10,
        "  thing_#:\n    initial: Text #\n",
        "value",
        DataType.STRING,
    ),
)
_KINDS: Final = (*_TEMPLATES, *_INPUTS)

ENTITY_IDS: Final = [entity_id for kind in _KINDS for entity_id in kind.entity_ids()]
CONFIGURATION: Final = (
    "recorder:\nhistory:\nlogbook:\n"
    f"logger:\n  default: warning\n  logs:\n{NOT_OURS}template:\n"
    + "".join(f"  - {kind.domain}:\n{kind.configuration()}" for kind in _TEMPLATES)
    + "".join(f"{kind.domain}:\n{kind.configuration()}" for kind in _INPUTS)
)


def exposures() -> list[ConfigSubentryData]:
    """Return what shows each entity in a datastream that is called after it."""
    return [
        exposure(entity_id, kind.trait, entity_id, kind.type, kind.direction)
        for kind in _KINDS
        for entity_id in kind.entity_ids()
    ]


def datastreams() -> tuple[Datastream, ...]:
    """Return the template of a cloud that knows them all."""
    found = ((entity_id, kind) for kind in _KINDS for entity_id in kind.entity_ids())
    return tuple(
        Datastream(name=name, pin=pin, type=kind.type, labels=kind.labels)
        for pin, (name, kind) in enumerate(found)
    )
