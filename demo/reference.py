"""`python -m demo.reference`: docs/traits.md, from the code and the tests' sample entities."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Final

from homeassistant.core import State

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.templated import TEMPLATE_KEY, Templated
from custom_components.blynk_bridge.traits import DOMAINS, TRAITS
from custom_components.blynk_bridge.traits.anything import ATTRIBUTE_KEY, Attribute
from custom_components.blynk_bridge.traits.base import (
    HOME_TEMPERATURE,
    Description,
    Limits,
    Trait,
)
from custom_components.blynk_bridge.units import blynk_unit
from tests.traits.samples_comfort import SAMPLES as COMFORT
from tests.traits.samples_home import SAMPLES as HOME

from .terminal import say

ROOT: Final = Path(__file__).parents[1]
REFERENCE: Final = ROOT / "docs" / "traits.md"
STRINGS: Final = json.loads(
    (
        ROOT / "custom_components" / "blynk_bridge" / "translations" / "en.json"
    ).read_text(encoding="utf-8")
)
LABELS: Final = STRINGS["selector"]["trait"]["options"]
# What an entity would say that says something else.
MARK: Final = "…"
COLUMNS: Final = (
    "Trait",
    "What it shows",
    "Data type",
    "Unit",
    "Range, options",
    "From Blynk",
    "Sent",
)
HEAD: Final = """\
# What of an entity can be shown and operated

Written by `scripts/reference` from the code and the tests' sample entities: change those, not this page.

- **Trait**: its name in the form, and its key in the plan and in the data of a config subentry. A domain's first trait
  has the entity's bare name.
- **Data type**: what a new datastream is suggested to have, *or* where it depends on the entity. Integer 0 and 1 stand
  for off and on, an Enumerable's key is the option's place in the list, counted from 0.
- **Unit** as Blynk's console names it. *Own* means: the entity's own, with an example.
- **From Blynk**: *yes* and *button* go both ways from the start. *Asks first* is guarded: it stays read-only until you
  agree, exposure by exposure, since it may let somebody in or disarm something. *Code*: it can be given the code that
  the lock or the panel wants.
- **Private** things do not leave the home before you agree, exposure by exposure.
- **Sent**: *at once*, in a message of its own if the pace allows, or *in time*, with the next batch.
"""
ANYTHING: Final = """
## Any entity

| Trait | What it shows | Data type | From Blynk |
|---|---|---|---|
| {attribute} (`{attribute_key}`) | {attribute_shows} | As the attribute is: a number is a Double, on and off an Integer, anything else a String, lists and mappings as JSON | no |
| {template} (`{template_key}`) | {template_shows} | As you choose | with actions of yours |
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A trait of a sample entity."""

    state: State
    trait: Trait
    description: Description


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with --check say whether it is up to date; return the status."""
    page = reference()
    if "--check" not in arguments:
        REFERENCE.write_text(page, encoding="utf-8")
        return 0
    if REFERENCE.exists() and REFERENCE.read_text(encoding="utf-8") == page:
        return 0
    say("docs/traits.md is stale: run scripts/reference")
    return 1


def reference() -> str:
    """Return the page."""
    parts = [HEAD]
    for domain in sorted(DOMAINS):
        title = domain.replace("_", " ").capitalize()
        parts.append(f"\n## {title} (`{domain}`)\n\n")
        parts += [_line(COLUMNS), "|---" * len(COLUMNS) + "|\n"]
        parts += [_line(_row(cases)) for cases in _by_trait(domain)]
    parts.append(
        ANYTHING.format(
            attribute=LABELS[ATTRIBUTE_KEY],
            attribute_key=ATTRIBUTE_KEY,
            attribute_shows=_first_line(Attribute),
            template=LABELS[TEMPLATE_KEY],
            template_key=TEMPLATE_KEY,
            template_shows=_first_line(Templated),
        )
    )
    return "".join(parts)


def _by_trait(domain: str) -> Iterator[list[Case]]:
    """Yield each of a domain's traits with the samples that offer it.

    Raises LookupError for a trait that no sample offers.
    """
    states = [state for state in (*COMFORT, *HOME) if state.domain == domain]
    for trait in (trait for trait in TRAITS if domain in trait.domains):
        cases = [
            Case(state, trait, description)
            for state in states
            if (description := trait.describe(state)) is not None
        ]
        if not cases:
            raise LookupError(f"no sample offers {domain}.{trait.key}")
        yield cases


def _row(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the cells of a trait."""
    trait = cases[0].trait
    yield f"{LABELS[trait.key]} (`{trait.key}`)"
    yield _first_line(type(trait))
    yield _each(_data_type(case.description) for case in cases)
    yield _each(map(_unit, cases))
    yield _each(map(_range, cases))
    yield _each(map(_operated, cases))
    yield "at once" if trait.urgent else "in time"


def _data_type(description: Description) -> str:
    """Return a data type, with its decimals."""
    name = STRINGS["selector"]["data_type"]["options"][description.data_type]
    if description.data_type is not DataType.DOUBLE or not description.decimals:
        return str(name)
    return f"{name}, {_counted(description.decimals, 'decimal')}"


def _unit(case: Case) -> str:
    """Return a unit, and whether it is the entity's own."""
    unit = case.description.unit
    if unit == HOME_TEMPERATURE:
        return "Celsius or Fahrenheit, as the home has it"
    if (name := blynk_unit(unit)) is None:
        return ""
    return f"own: {name}" if _differs(case, lambda d: d.unit) else name


def _range(case: Case) -> str:
    """Return the options or the range, and whether they are the entity's own."""
    if options := case.description.options:
        listed = ", ".join(f"`{option}`" for option in options)
        return f"own: {listed}" if _differs(case, lambda d: d.options) else listed
    if (limits := case.description.limits) is None:
        return ""
    span = _span(limits)
    return f"own: {span}" if _differs(case, lambda d: d.limits) else span


def _span(limits: Limits) -> str:
    """Return a range and its steps."""
    span = f"{limits.minimum:g} to {limits.maximum:g}"
    if limits.step is None or (limits.step == 1 and limits.maximum == 1):
        return span
    return f"{span}, step {limits.step:g}"


def _operated(case: Case) -> str:
    """Return whether Blynk may operate it, and under which conditions."""
    description = case.description
    if not description.writable:
        return "no, private" if description.private else "no"
    words = ["button" if case.trait.momentary else "yes"]
    if description.guarded:
        words.append("asks first")
    if description.private:
        words.append("private")
    if description.takes_code:
        words.append("code")
    return ", ".join(words)


def _differs[Part](case: Case, part: Callable[[Description], Part]) -> bool:
    """Return whether another entity of the domain could have another such part."""
    state = case.state
    other = {key: _another(key, value) for key, value in state.attributes.items()}
    described = case.trait.describe(State(state.entity_id, state.state, other))
    return described is None or part(described) != part(case.description)


def _another(attribute: str, value: object) -> object:
    """Return what another entity might say; it has the same features."""
    match value:
        case bool():
            return value
        case int() | float() if attribute != "supported_features":
            return 2 * value + 1
        case str() if "unit" in attribute:
            return MARK
        case list() if attribute not in {"supported_color_modes", "entity_id"}:
            return [*value, MARK]
        case _:
            return value


def _each(words: Iterable[str]) -> str:
    """Return all different words, own examples once."""
    different = list(dict.fromkeys(words))
    own = [word for word in different if word.startswith("own: ")]
    rest = [word for word in different if word and word not in own]
    return " *or* ".join([*rest, *own[:1]])


def _counted(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _first_line(kind: type[Trait]) -> str:
    """Return what the code says of a trait in a line."""
    return (kind.__doc__ or "").partition("\n")[0]


def _line(cells: Iterable[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cell.replace('|', '\\|') for cell in cells)} |\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
