"""Every check finds what it is for, and nothing in the repository as it is."""

from io import BytesIO
from typing import Final

from homeassistant.components.brands.const import ALLOWED_IMAGES
from PIL import Image
import pytest

from validation.__main__ import main
from validation.brand import IMAGES
from validation.checks import CHECKS as ALL_CHECKS
from validation.findings import ask
from validation.project import INTEGRATION, Project, part
from validation.translations import ENGLISH

from .broken import (
    BRAND,
    GERMAN,
    HACS,
    ICONS,
    MANIFEST,
    SERVICES,
    Broken,
    changed,
    gone,
    put,
    replaced,
    sound,
    without,
    written,
)


def picture(
    width: int, height: int, form: str = "PNG", margin: int = 0, alpha: int = 255
) -> bytes:
    """Return an image with a rounded corner's worth of transparency."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    inner = (margin, margin, width - margin, height - margin)
    image.paste((10, 100, 130, alpha), inner)
    image.putpixel((0, 0), (0, 0, 0, 255 if alpha == 254 else 0))
    content = BytesIO()
    (image if form == "PNG" else image.convert("RGB")).save(content, form)
    return content.getvalue()


# The quality scale's rules have a test of their own.
CHECKS: Final = {
    name: check for name, check in ALL_CHECKS.items() if "quality scale" not in name
}
USER: Final = ("config", "step", "user")
CODE: Final = f"{INTEGRATION}/button.py"
BROKEN: Final = {
    "a manifest that is missing": Broken(
        "manifest keys", gone(MANIFEST), "manifest.json: is missing"
    ),
    "a manifest that is no JSON": Broken(
        "manifest keys", written(MANIFEST, "{"), "is not sound JSON"
    ),
    "a manifest with a key twice": Broken(
        "manifest keys",
        replaced(MANIFEST, '"domain"', '"name": "x",\n  "domain"'),
        "there twice: name",
    ),
    "a manifest that is a list": Broken(
        "manifest values", written(MANIFEST, "[]"), "is no JSON object"
    ),
    "no issue tracker": Broken(
        "manifest keys", without(MANIFEST, "issue_tracker"), "issue_tracker is missing"
    ),
    "a key of nobody's": Broken(
        "manifest keys", put(MANIFEST, "x", "zzz"), "zzz means nothing"
    ),
    "keys in another order": Broken(
        "manifest keys",
        changed(MANIFEST, lambda it: it.update(name=it.pop("name"))),
        "the order is",
    ),
    "another domain": Broken(
        "manifest values", put(MANIFEST, "blynk", "domain"), "name of the folder"
    ),
    "no name": Broken("manifest values", put(MANIFEST, " ", "name"), "name must be"),
    "no version": Broken(
        "manifest values", put(MANIFEST, "one", "version"), "version is no version"
    ),
    "an IoT class that is none": Broken(
        "manifest values", put(MANIFEST, "cloud", "iot_class"), "iot_class must be one"
    ),
    "a type that is none": Broken(
        "manifest values", put(MANIFEST, "cloud", "integration_type"), "must be one of"
    ),
    "a tier that is none": Broken(
        "manifest values", put(MANIFEST, "gilded", "quality_scale"), "must be one of"
    ),
    "plain HTTP": Broken(
        "manifest values",
        put(MANIFEST, "http://example.com/", "documentation"),
        "documentation must be an https URL",
    ),
    "nobody's code": Broken(
        "manifest values",
        put(MANIFEST, [], "codeowners"),
        "codeowners must not be empty",
    ),
    "an owner without @": Broken(
        "manifest values", put(MANIFEST, ["someone"], "codeowners"), "someone: must be"
    ),
    "an owner who is no list": Broken(
        "manifest values", put(MANIFEST, "@someone", "codeowners"), "a list of texts"
    ),
    "a requirement that is not pinned": Broken(
        "manifest values",
        put(MANIFEST, ["aiomqtt>=2"], "requirements"),
        "aiomqtt>=2: must be pinned",
    ),
    "an integration that does not exist": Broken(
        "manifest values",
        put(MANIFEST, ["recorders"], "after_dependencies"),
        "recorders: must be an integration",
    ),
    "a flag that is a text": Broken(
        "manifest values", put(MANIFEST, "yes", "config_flow"), "true or false"
    ),
    "a logger that is none": Broken(
        "manifest values", put(MANIFEST, ["a b"], "loggers"), "must be a logger's name"
    ),
    "a tier without its file": Broken(
        "manifest tier", gone(f"{INTEGRATION}/quality_scale.yaml"), "quality_scale.yaml"
    ),
    "a tier without diagnostics": Broken(
        "manifest tier", gone(f"{INTEGRATION}/diagnostics.py"), "takes diagnostics"
    ),
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
        without(ENGLISH, "issues", "redirect_refused", "description"),
        "issues.redirect_refused",
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
    "a key of HACS that is none": Broken(
        "HACS manifest", put(HACS, 1, "zzz"), "zzz means nothing"
    ),
    "HACS without a name": Broken(
        "HACS manifest", without(HACS, "name"), "name is missing"
    ),
    "HACS with another name": Broken(
        "HACS manifest", put(HACS, "Blynk", "name"), "the manifest's"
    ),
    "a flag for HACS that is a text": Broken(
        "HACS manifest", put(HACS, "yes", "render_readme"), "true or false"
    ),
    "a Home Assistant of no version": Broken(
        "HACS manifest",
        put(HACS, "newest", "homeassistant"),
        "homeassistant is no version",
    ),
    "a release that is no archive": Broken(
        "HACS archive", put(HACS, False, "zip_release"), "zip_release must be true"
    ),
    "an archive without a name": Broken(
        "HACS archive", without(HACS, "filename"), "filename must be"
    ),
    "a branch for users": Broken(
        "HACS archive", without(HACS, "hide_default_branch"), "hide_default_branch"
    ),
    "no README": Broken("HACS repository", gone("README.md"), "README.md: is missing"),
    "no licence": Broken("HACS repository", gone("LICENSE"), "LICENSE: is missing"),
    "a licence of one's own": Broken(
        "HACS repository", written("LICENSE", "Do what you want"), "LICENSE: is none"
    ),
    "no icon for HACS": Broken(
        "HACS repository", gone(f"{BRAND}/icon.png"), "icon.png: is missing"
    ),
    "two integrations": Broken(
        "HACS repository",
        written("custom_components/other/manifest.json", "{}"),
        "must have one integration",
    ),
    "no dark logo": Broken(
        "brand images", gone(f"{BRAND}/dark_logo.png"), "dark_logo.png: is missing"
    ),
    "an image too many": Broken(
        "brand images", written(f"{BRAND}/banner.png", b""), "nothing that"
    ),
    "an image that is none": Broken(
        "brand images", written(f"{BRAND}/icon.png", b"x"), "is no image"
    ),
    "an icon of another size": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(255, 256)),
        "is 255 × 256, and must be 256 × 256",
    ),
    "a dense icon of a plain one's size": Broken(
        "brand images",
        written(f"{BRAND}/icon@2x.png", picture(256, 256)),
        "must be 512 × 512",
    ),
    "an icon with a frame of nothing": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(256, 256, margin=2)),
        "has empty edges",
    ),
    "an icon that hides what is behind": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(256, 256, alpha=254)),
        "must be transparent",
    ),
    "a JPEG": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(256, 256, "JPEG")),
        "is JPEG",
    ),
    "a low logo": Broken(
        "brand images", written(f"{BRAND}/logo.png", picture(500, 127)), "shorter side"
    ),
    "a high logo": Broken(
        "brand images",
        written(f"{BRAND}/logo.png", picture(130, 200)),
        "wider than high",
    ),
    "a logo that is no twin": Broken(
        "brand images", written(f"{BRAND}/logo.png", picture(500, 140)), "its twin @2x"
    ),
    "a dark logo of another size": Broken(
        "brand images",
        written(f"{BRAND}/dark_logo.png", picture(500, 140)),
        "another size than for light",
    ),
    "code that is none": Broken("sources", written(CODE, "def"), "does not compile"),
    "code that prints": Broken(
        "sources", written(CODE, "print(1)"), "line 1 calls print"
    ),
    "a folder that is no package": Broken(
        "packages", gone(f"{INTEGRATION}/flows/__init__.py"), "__init__.py: is missing"
    ),
    "documentation elsewhere": Broken(
        "home addresses",
        put(MANIFEST, "https://example.com/a/b", "documentation"),
        "the repository on GitHub",
    ),
    "issues elsewhere": Broken(
        "home addresses",
        put(MANIFEST, "https://github.com/other/blynk-bridge/issues", "issue_tracker"),
        "issue_tracker must be",
    ),
    "a link to a former home": Broken(
        "home addresses",
        replaced(
            "README.md",
            "\n## ",
            "\nhttps://github.com/someone/blynk-bridge/wiki\n\n## ",
        ),
        "https://github.com/someone/blynk-bridge is not",
    ),
    "a button of another repository": Broken(
        "home addresses",
        replaced(
            "README.md",
            "\n## ",
            "\n(https://my.home-assistant.io/redirect/hacs_repository/?owner=a&repository=b)"
            "\n\n## ",
        ),
        "does not lead to",
    ),
    "a version without a change": Broken(
        "home versions",
        put(MANIFEST, "9.9.9", "version"),
        "must begin with version 9.9.9",
    ),
    "a version of its own": Broken(
        "home versions",
        replaced("pyproject.toml", "[project]\n", '[project]\nversion = "9.9.9"\n'),
        "says version 9.9.9",
    ),
    "a requirement that is not tested": Broken(
        "home versions",
        put(MANIFEST, ["aiomqtt==9.9.9"], "requirements"),
        "must have aiomqtt==9.9.9",
    ),
    "a Home Assistant that the README does not tell": Broken(
        "home versions", put(HACS, "2027.3.0", "homeassistant"), "2027.3 or newer"
    ),
}


@pytest.fixture(scope="module")
def project() -> Project:
    """Return the repository with all languages, whatever has been translated by now."""
    return sound()


@pytest.mark.parametrize("check", CHECKS)
def test_the_repository_has_nothing_to_object_to(check: str) -> None:
    """As it is, with its own translations."""
    assert ask(CHECKS[check], Project()) == []


@pytest.mark.parametrize("check", CHECKS)
def test_the_ground_of_the_broken_ones_is_sound(check: str, project: Project) -> None:
    assert ask(CHECKS[check], project) == []


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_found(case: str, project: Project) -> None:
    broken = BROKEN[case]
    found = [
        str(finding) for finding in ask(CHECKS[broken.check], broken.broken(project))
    ]
    assert any(broken.says in finding for finding in found), found


def test_every_check_can_fail() -> None:
    """There is a broken repository for each."""
    assert {broken.check for broken in BROKEN.values()} == CHECKS.keys()


def test_the_command_says_what_it_finds(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(project) == 0
    assert "nothing to object to" in capsys.readouterr().out
    assert main(gone(HACS)(project)) == 1
    assert capsys.readouterr().out.splitlines() == ["hacs.json: is missing"]


def test_the_images_are_those_that_home_assistant_serves() -> None:
    assert IMAGES == ALLOWED_IMAGES
