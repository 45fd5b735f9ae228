"""Whether everything that a flow shows has a text."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import string
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, SubentryFlowResult
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import SelectSelector
from probatio import to_field_list

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.plan_formats import PlanWords

INTEGRATION: Final = Path(__file__).parents[1] / "custom_components" / DOMAIN
# Fields that a form has only for entities that have a use for them.
SOMETIMES: Final = frozenset({"code", "sync_from_blynk", "trusted_hosts"})
STRINGS: Final = json.loads((INTEGRATION / "translations" / "en.json").read_text())
PLAN_WORDS: Final = PlanWords(
    *(
        STRINGS["selector"][selector]["options"]
        for selector in ("plan_column", "plan_value")
    )
)
"""The plan's words in English."""


def translated[Result: (ConfigFlowResult, SubentryFlowResult)](
    result: Result,
) -> Result:
    """Return a flow's result, after a look at every text that it needs."""
    handler = result["handler"]
    if not isinstance(handler, str):
        texts = STRINGS["config_subentries"][handler[1]]
    # An options flow is known by its entry.
    else:
        texts = STRINGS["config" if handler == DOMAIN else "options"]
    if result["type"] is FlowResultType.FORM:
        schema = result["data_schema"]
        assert schema is not None
        # As it goes to the frontend; raises for what has no form in JSON.
        json.dumps(to_field_list(schema, custom_serializer=cv.custom_serializer))
        step: Mapping[str, Any] = texts["step"][result["step_id"]]
        _check_fields(schema.schema, step)
        errors: list[str] = [
            texts["error"][error] for error in (result["errors"] or {}).values()
        ]
        known = set(result["description_placeholders"] or {})
        for text in (*all_texts(step), *errors):
            assert placeholders(text) <= known, text
    elif result["type"] is FlowResultType.CREATE_ENTRY:
        if end := result["description"]:
            known = set(result["description_placeholders"] or {})
            assert placeholders(texts["create_entry"][end]) == known
    elif result["type"] is FlowResultType.MENU:
        step = texts["step"][result["step_id"]]
        offered = result["menu_options"]
        assert isinstance(offered, list)
        assert set(step["menu_options"]) == set(offered)
        known = set(result["description_placeholders"] or {})
        assert all(placeholders(text) <= known for text in all_texts(step))
    # Core's own ends have core's own texts.
    elif "translation_domain" not in result:
        assert result["type"] is FlowResultType.ABORT
        known = set(result["description_placeholders"] or {})
        assert placeholders(texts["abort"][result["reason"]]) <= known
    return result


def _check_fields(fields: Mapping[Any, Any], texts: Mapping[str, Any]) -> None:
    """Every field has a name and a help, and nothing else has; sections too."""
    sections = {
        field.schema: selector
        for field, selector in fields.items()
        if isinstance(selector, section)
    }
    plain = {field.schema for field in fields} - set(sections)
    unused = SOMETIMES - plain
    assert set(texts.get("data", {})) - unused == plain
    assert set(texts.get("data_description", {})) - unused == plain
    assert set(texts.get("sections", {})) == set(sections)
    for name, part in sections.items():
        assert texts["sections"][name]["name"]
        _check_fields(part.schema.schema, texts["sections"][name])
    for selector in fields.values():
        if isinstance(selector, SelectSelector):
            _check_options(selector)


def _check_options(selector: SelectSelector) -> None:
    """Every option has a text, translated or its own."""
    options = selector.config["options"]
    if key := selector.config.get("translation_key"):
        assert set(options) <= set(STRINGS["selector"][key]["options"])
    else:
        assert all(isinstance(option, dict) and option["label"] for option in options)


def all_texts(strings: str | Mapping[str, Any]) -> Iterator[str]:
    """Yield every text in a tree of strings."""
    if isinstance(strings, str):
        yield strings
    else:
        for part in strings.values():
            yield from all_texts(part)


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
