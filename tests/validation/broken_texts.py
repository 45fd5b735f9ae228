"""Actions, icons and texts with something wrong in them."""

from typing import Final

from validation.project import part
from validation.translations import ENGLISH

from .broken import (
    GERMAN,
    ICONS,
    SERVICES,
    Broken,
    gone,
    put,
    replaced,
    without,
    written,
)

USER: Final = ("config", "step", "user")
BROKEN: Final = {
    "an action that is not described": Broken(
        "services", written(SERVICES, "x: {zzz: 1}"), "x"
    ),
    "a selector that does not exist": Broken(
        "services",
        written(SERVICES, "x: {fields: {y: {selector: {dates: }}}}"),
        "y.selector",
    ),
    "an example that is empty": Broken(
        "services",
        written(SERVICES, "x: {fields: {y: {example: , selector: {text: }}}}"),
        "is empty",
    ),
    "services.yaml that is no YAML": Broken(
        "services", written(SERVICES, "x: ["), "is not sound YAML"
    ),
    "an action without a text": Broken(
        "texts of actions",
        without(ENGLISH, "services", "backfill"),
        "backfill is missing",
    ),
    "a text without an action": Broken(
        "texts of actions",
        put(ENGLISH, {"name": "x", "description": "x"}, "services", "x"),
        "services.x is in no services.yaml",
    ),
    "a field without a description": Broken(
        "texts of actions",
        without(ENGLISH, "services", "backfill", "fields", "start", "description"),
        "services.backfill.fields.start.description is missing",
    ),
    "a text without a field": Broken(
        "texts of actions",
        put(
            ENGLISH,
            {"name": "x", "description": "x"},
            *("services", "backfill", "fields", "x"),
        ),
        "services.backfill.fields.x is in no",
    ),
    "a section without a text": Broken(
        "texts of actions",
        replaced(
            SERVICES,
            "backfill:\n  fields:\n",
            "backfill:\n  fields:\n    more:\n      fields:\n        z:\n"
            "          selector:\n            text:\n",
        ),
        "services.backfill.sections.more is missing",
    ),
    "an option without a text": Broken(
        "texts of actions",
        without(ENGLISH, "selector", "plan_format", "options", "csv"),
        "selector.plan_format.options.csv",
    ),
    "an action without an icon": Broken(
        "icons of actions",
        without(ICONS, "services", "backfill"),
        "backfill is missing",
    ),
    "an icon without an action": Broken(
        "icons of actions",
        put(ICONS, "mdi:x", "services", "x"),
        "services.x is no action",
    ),
    "an icon that is no name": Broken(
        "icons", put(ICONS, "hass:x", "services", "backfill", "service"), "is no icon's"
    ),
    "an icon where none belongs": Broken("icons", put(ICONS, "mdi:x", "zzz"), "zzz"),
    "the default's icon again": Broken(
        "icons",
        put(
            ICONS,
            {"default": "mdi:x", "state": {"y": "mdi:x"}},
            *["entity", "sensor", "z"],
        ),
        "entity.sensor.z.state.y is that of the default",
    ),
    "an icon of no entity": Broken(
        "icons of entities",
        put(ICONS, {"default": "mdi:x"}, "entity", "sensor", "z"),
        "entity.sensor.z is no entity",
    ),
    "an icon of no event type": Broken(
        "icons of entities",
        put(
            ICONS,
            "mdi:x",
            *[
                "entity",
                "event",
                "app_command",
                "state_attributes",
                "event_type",
                "state",
                "z",
            ],
        ),
        "event_type.z has no text",
    ),
    "texts that are missing": Broken("texts in English", gone(ENGLISH), "is missing"),
    "a text at no place": Broken(
        "texts in English", put(ENGLISH, "x", *USER, "zzz"), "user.zzz"
    ),
    "a key that is none": Broken(
        "texts in English",
        put(ENGLISH, "x", "selector", "trait", "options", "A b"),
        "A b",
    ),
    "a text with HTML": Broken(
        "texts in English", put(ENGLISH, "a <b>c</b>", *USER, "title"), "HTML"
    ),
    "a text with a URL": Broken(
        "texts in English", put(ENGLISH, "See https://blynk.io", *USER, "title"), "URL"
    ),
    "a text that ends with a space": Broken(
        "texts in English", put(ENGLISH, "x ", *USER, "title"), "a space"
    ),
    "a text that is empty": Broken(
        "texts in English", put(ENGLISH, "", *USER, "title"), "is empty"
    ),
    "a text that is a number": Broken(
        "texts in English", put(ENGLISH, 1, *USER, "title"), "must be a text"
    ),
    "a placeholder in quotes": Broken(
        "texts in English", put(ENGLISH, "'{x}'", *USER, "title"), "single quotes"
    ),
    "a placeholder that is no name": Broken(
        "texts in English", put(ENGLISH, "{a-b}", *USER, "title"), "no names: a-b"
    ),
    "half a placeholder": Broken(
        "texts in English", put(ENGLISH, "{a", *USER, "title"), "brace without"
    ),
    "a reference": Broken(
        "texts in English",
        put(ENGLISH, "[%key:common::x%]", *USER, "title"),
        "a reference",
    ),
    "a placeholder that nothing fills": Broken(
        "texts in English",
        put(
            ENGLISH,
            "{x}",
            *["entity", "event", "app_command", "state_attributes", "version", "name"],
        ),
        "nothing fills",
    ),
    "an issue that says nothing": Broken(
        "texts in English",
        without(ENGLISH, "issues", "selection_full", "description"),
        "issues.selection_full",
    ),
    "a subentry without a name": Broken(
        "texts in English",
        without(ENGLISH, "config_subentries", "event", "entry_type"),
        "config_subentries.event.entry_type",
    ),
    "a field without help": Broken(
        "texts of fields",
        without(ENGLISH, *USER, "data_description", "token"),
        "config.step.user.data_description.token is missing",
    ),
    "help without a field": Broken(
        "texts of fields",
        put(ENGLISH, "x", *USER, "sections", "advanced", "data_description", "zzz"),
        "config.step.user.sections.advanced.data.zzz is missing",
    ),
    "a form without a title": Broken(
        "texts of fields", without(ENGLISH, *USER, "title"), "has no title"
    ),
    "a step without a text": Broken(
        "texts of steps",
        without(ENGLISH, "issues", "entity_gone", "fix_flow", "step", "consent"),
        "the step consent has no text",
    ),
    "a text without a step": Broken(
        "texts of steps",
        put(ENGLISH, {"title": "x"}, "config", "step", "zzz"),
        "config.step.zzz is no step",
    ),
    "an end without a text": Broken(
        "texts of steps",
        without(ENGLISH, *["config_subentries", "selection", "abort", "all_paired"]),
        "the end all_paired has no text",
    ),
    "an error that nobody makes": Broken(
        "texts of steps",
        put(ENGLISH, "x", "config", "error", "zzz"),
        "config.error.zzz",
    ),
    "an exception without a text": Broken(
        "texts of errors",
        without(ENGLISH, "exceptions", "not_connected"),
        "exceptions.not_connected is missing",
    ),
    "an exception that nobody raises": Broken(
        "texts of errors",
        put(ENGLISH, {"message": "x"}, "exceptions", "zzz"),
        "exceptions.zzz is raised by no code",
    ),
    "a language that is missing": Broken(
        "languages", gone(GERMAN), "de.json: is missing"
    ),
    "a language of nobody's": Broken(
        "languages", written(GERMAN.replace("de.", "xx."), "{}"), "is no language"
    ),
    "a text without a translation": Broken(
        "texts in other languages",
        without(GERMAN, *USER, "title"),
        "de.json: config.step.user.title is missing",
    ),
    "a translation without a text": Broken(
        "texts in other languages",
        put(GERMAN, "x", *USER, "zzz"),
        "config.step.user.zzz is in no English text",
    ),
    "a translation of a translation": Broken(
        "texts in other languages",
        put(GERMAN, {"x": "y"}, *USER, "title"),
        "config.step.user.title is missing",
    ),
    "another placeholder": Broken(
        "texts in other languages",
        replaced(GERMAN, "{console_url}", "{konsole}"),
        "has other placeholders",
    ),
    "a broken link": Broken(
        "texts in other languages",
        replaced(GERMAN, "]({console_url})", "] ({console_url})"),
        "has other links",
    ),
    "half of bold": Broken(
        "texts in other languages",
        replaced(GERMAN, "**{", "*{"),
        "has other marks of bold",
    ),
    "translated code": Broken(
        "texts in other languages",
        replaced(GERMAN, "`state`", "`zustand`"),
        "has other pieces of code",
    ),
    "English left as it is": Broken(
        "texts in other languages",
        lambda project: put(
            GERMAN,
            part(project.json(ENGLISH), *USER)["description"],
            *(*USER, "description"),
        )(project),
        "config.step.user.description is not translated",
    ),
    "a translation that ends with a space": Broken(
        "texts in other languages", put(GERMAN, "x ", *USER, "title"), "a space"
    ),
    "an icon that nobody has drawn": Broken(
        "icons' names",
        put(
            ICONS,
            "mdi:bridge-over-troubled-water",
            *("services", "backfill", "service"),
        ),
        "mdi:bridge-over-troubled-water does not exist",
    ),
}
