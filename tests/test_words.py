"""Whatever a user reads comes from the translations, in Home Assistant's language."""

import ast
import builtins
from collections.abc import Iterator, Mapping
import importlib
import re
from types import ModuleType
from typing import Final

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, translation
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import DOMAIN, SUBENTRY_SELECTION
from custom_components.blynk_bridge.plan_formats import TYPE_NAMES

from .conftest import SetUp, as_subentry, control, event, exposure
from .device.conftest import eventually
from .test_plan_check import PACKAGE, SOON
from .translated import INTEGRATION, STRINGS

# --- In the code -----------------------------------------------------------------------

PROSE: Final = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|\b[A-Z][a-z]{2,}")
LOG: Final = frozenset({"debug", "info", "warning", "error", "exception", "log"})
ALLOWED: Final[Mapping[str, str]] = {
    "config_flow.py": "the name of the product",
    "connection.py": "a date in the form that the protocol wants",
    "coordinator.py": "the name of a task",
    "const.py": "the name of the manufacturer",
    "history/omissions.py": "words of the log; diagnostics have the keys",
    "network.py": "the name of an HTTP header",
    "plan_formats.py": "words of Blynk's console, and what programs and assistants read",
    "removal.py": "words of the log: why something stays in Blynk",
    "units.py": "Blynk's own names of units",
}
"""Why a file has English words in it that are shown or sent."""


def sources() -> Iterator[tuple[str, ast.Module, ModuleType]]:
    """Yield the files that know Home Assistant, parsed and imported.

    What device/ says is the reason of an error: for the log and the diagnostics.
    """
    for file in sorted(INTEGRATION.rglob("*.py")):
        name = file.relative_to(INTEGRATION)
        if name.parts[0] == "device":
            continue
        module = ".".join([PACKAGE, *name.with_suffix("").parts]).removesuffix(
            ".__init__"
        )
        tree = ast.parse(file.read_text())
        yield name.as_posix(), tree, importlib.import_module(module)


def called(node: ast.AST, module: ModuleType) -> object:
    """Return what is called by its name, None for anything else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return None
    return getattr(module, node.func.id, getattr(builtins, node.func.id, None))


def is_error(found: object, *, shown: bool) -> bool:
    """Return whether something is an exception: one that a user sees, or another."""
    return (
        isinstance(found, type)
        and issubclass(found, Exception)
        and issubclass(found, HomeAssistantError) is shown
    )


def unseen(tree: ast.Module, module: ModuleType) -> Iterator[ast.AST]:
    """Yield what no user gets to see: docstrings, the log, our own errors, types."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text):
                yield text
            case ast.Call(func=ast.Attribute(attr=name)) if name in LOG:
                yield from ast.walk(node)
            case ast.Call(func=ast.Name(id="cast")):
                yield from ast.walk(node)
            case ast.Call() if is_error(called(node, module), shown=False):
                yield from ast.walk(node)


def prose(tree: ast.Module, module: ModuleType) -> set[str]:
    """Return the English of a file that may be shown; tasks have names, too."""
    hidden = {id(node) for node in unseen(tree, module)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in hidden
        and not node.value.startswith(f"{DOMAIN} ")
        and PROSE.search(node.value)
    }


def test_no_file_has_words_of_its_own() -> None:
    """But those that have a reason, and a reason is for words that are there."""
    found = {
        name: words
        for name, tree, module in sources()
        if (words := prose(tree, module))
    }
    assert found.keys() == ALLOWED.keys(), {
        name: words for name, words in found.items() if name not in ALLOWED
    }


def raised(tree: ast.Module, module: ModuleType) -> Iterator[ast.Call]:
    """Yield where errors that a user sees are made: Home Assistant's, or kinds of ours."""
    for node in ast.walk(tree):
        match node:
            case ast.Call() if is_error(found := called(node, module), shown=True):
                if getattr(found, "__module__", "").startswith("homeassistant."):
                    yield node
            case ast.ClassDef(name=name) if is_error(
                getattr(module, name, None), shown=True
            ):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and ast.unparse(
                        inner.func
                    ).startswith("super()"):
                        yield inner


def test_what_is_raised_has_a_text() -> None:
    """In place of an English message, which the frontend would show as it is."""
    found = [
        (f"{name}:{call.lineno}", call)
        for name, tree, module in sources()
        for call in raised(tree, module)
    ]
    assert len(found) > 5
    for place, call in found:
        keys = {each.arg: each.value for each in call.keywords}
        assert not call.args, place
        assert keys.keys() >= {"translation_domain", "translation_key"}, place
        key = keys["translation_key"]
        if isinstance(key, ast.Constant):
            assert key.value in STRINGS["exceptions"], place


def test_what_is_looked_up_is_there() -> None:
    """A text that is missing would be its key."""
    count = 0
    for name, tree, module in sources():
        for node in ast.walk(tree):
            if getattr(called(node, module), "__name__", "") == "option_text":
                assert isinstance(node, ast.Call)
                selector, option = node.args[1:]
                if isinstance(selector, ast.Constant):
                    options = STRINGS["selector"][selector.value]["options"]
                    if isinstance(option, ast.Constant):
                        assert option.value in options, f"{name}:{node.lineno}"
                    count += 1
    assert count > 5


# --- On the screen ---------------------------------------------------------------------

OURS: Final = re.compile("«[^»]*»")
"""What comes from our translations, in a language that has quotes around everything."""


@pytest.fixture(autouse=True)
def _language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our own texts be marked, wherever they are looked up."""
    if "hass" not in request.fixturenames:
        return
    monkeypatch.setattr(f"{PACKAGE}.plan_changes._LOOK_DELAY", SOON)
    known = translation.async_get_cached_translations

    def marked(
        hass: HomeAssistant, language: str, category: str, integration: str | None
    ) -> dict[str, str]:
        found = known(hass, language, category, integration)
        return {key: f"«{text}»" for key, text in found.items()}

    for module in ("texts", "labels", "logbook"):
        monkeypatch.setattr(f"{PACKAGE}.{module}.async_get_cached_translations", marked)


def foreign(shown: str, *names: str) -> list[str]:
    """Return the words that are neither translated, nor names, nor Blynk's own."""
    rest = OURS.sub("", shown)
    for known in sorted((*names, *TYPE_NAMES.values(), "Celsius"), key=len)[::-1]:
        rest = rest.replace(known, "")
    return re.findall(r"[A-Za-z]{2,}", rest)


async def test_previews_and_plans(
    hass: HomeAssistant, config_entry: MockConfigEntry
) -> None:
    """Of everything that they say: options, ranges, pins, and what is left out."""
    config_entry.add_to_hass(hass)
    hass.states.async_set("number.boiler", "20", {"min": 5, "max": 80, "step": 0.5})
    hass.states.async_set("select.mode", "eco", {"options": ["eco", "off"]})
    hass.states.async_set("lock.door", "locked")
    hass.states.async_set("person.ann", "home")
    hass.states.async_set("sensor.heat", "20", {"unit_of_measurement": "°C"})
    hass.config_entries.async_add_subentry(
        config_entry, as_subentry(control("Wish", "switch", "integer"))
    )
    names = ("boiler", "mode", "door", "ann", "heat", "Wish", "eco", "off", "home")
    subentries = hass.config_entries.subentries
    menu = await subentries.async_init(
        (config_entry.entry_id, SUBENTRY_SELECTION), context={"source": SOURCE_USER}
    )
    flow = await subentries.async_configure(menu["flow_id"], {"next_step_id": "expose"})
    chosen = ["number.boiler", "select.mode", "lock.door", "person.ann", "sensor.heat"]
    steps = []
    for answer in ({"entities": chosen}, {}):
        flow = await subentries.async_configure(flow["flow_id"], answer)
        steps.append(flow["step_id"])
        placeholders = flow["description_placeholders"]
        assert placeholders is not None
        for text in placeholders.values():
            assert foreign(text, *names, *(name.title() for name in names)) == [], text
    assert steps == ["preview", "plan"]
    menu = await subentries.async_init(
        (config_entry.entry_id, SUBENTRY_SELECTION), context={"source": SOURCE_USER}
    )
    flow = await subentries.async_configure(
        menu["flow_id"], {"next_step_id": "template_plan"}
    )
    placeholders = flow["description_placeholders"]
    assert placeholders is not None
    assert "«Sync»: «on»" in placeholders["plan"]
    for text in placeholders.values():
        assert foreign(text, *names, *(name.title() for name in names)) == [], text


async def test_devices(hass: HomeAssistant, set_up: SetUp) -> None:
    """Home Assistant translates their names only: what they are is up to us."""
    entry = await set_up(control("Level", "switch", "integer"), event("door"))
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert {device.model for device in devices} == {
        "«MQTT device»",
        "«Datastream»",
        "«Event»",
    }


async def test_what_has_changed(hass: HomeAssistant, set_up: SetUp) -> None:
    """In the template, since the user has seen the plan."""
    hass.states.async_set("number.level", "20", {"min": 0, "max": 40})
    entry = await set_up(exposure("number.level", "value", "Level"))
    changes = entry.runtime_data.upkeep.changes
    await eventually(lambda: bool(entry.runtime_data.learned.plan))
    hass.states.async_set("number.level", "20", {"min": 0, "max": 50})
    await eventually(lambda: bool(changes.changes))
    assert changes.changes == ("- **Level**: «Max»: 40 → 50",)
