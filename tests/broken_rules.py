"""For each rule of the quality scale, an integration that does not meet it."""

from typing import Final

from validation.project import INTEGRATION
from validation.rules_docs import ACTIONS
from validation.translations import ENGLISH

from .validation.broken import Break, gone, put, replaced, without, written

README: Final = "README.md"
MANIFEST: Final = f"{INTEGRATION}/manifest.json"
ICONS: Final = f"{INTEGRATION}/icons.json"
BUTTON: Final = "button.py"
SENSOR: Final = "sensor.py"


def code(file: str, old: str, new: str, count: int = 1) -> Break:
    """Change a line of the integration."""
    return replaced(f"{INTEGRATION}/{file}", old, new, count)


def both(first: Break, second: Break) -> Break:
    """Break it in two places, where one alone would do no harm."""
    return lambda project: second(first(project))


def added(file: str, lines: str) -> Break:
    """Write a file of code that was not there, or in the place of one that was."""
    return written(f"{INTEGRATION}/{file}", lines)


BROKEN: Final[dict[str, dict[str, Break]]] = {
    "action-setup": {
        "registered by nobody": code(
            "__init__.py", "    async_register_services(hass)\n", ""
        ),
        "registered with an entry": added(
            "more.py",
            "async def async_setup_entry(hass):\n    hass.services.async_register()\n",
        ),
    },
    "appropriate-polling": {
        "a coordinator that polls": added("more.py", "f(update_interval=1)\n"),
        "a platform that polls": added("more.py", "SCAN_INTERVAL = 1\n"),
        "an entity that polls": added("more.py", "async def async_update(): ...\n"),
    },
    "brands": {"no icon": gone(f"{INTEGRATION}/brand/icon.png")},
    "common-modules": {
        "a coordinator elsewhere": code(
            "coordinator.py", "class BlynkCoordinator(", "class Coordinator("
        ),
        "an entity without the base": code(
            SENSOR, "class BlynkSensor(BlynkEntity, ", "class BlynkSensor("
        ),
    },
    "config-flow": {
        "no flow in the manifest": put(MANIFEST, False, "config_flow"),
        "no step of a user": code("config_flow.py", "async_step_user", "async_step_x"),
        "a field without help": without(
            ENGLISH, *("config", "step", "user", "data_description", "token")
        ),
    },
    "dependency-transparency": {
        "a library of nobody's": put(MANIFEST, ["nobodys-library==1.0"], "requirements")
    },
    "docs-actions": {
        "an action left out": replaced(ACTIONS, "## erase_value", "## Clear"),
        "a field left out": replaced(
            f"{INTEGRATION}/services.yaml",
            "backfill:\n  fields:\n",
            "backfill:\n  fields:\n    zzz:\n      selector:\n        text:\n",
        ),
    },
    "docs-conditions": {"a condition": added("condition.py", "")},
    "docs-high-level-description": {
        "no link to the service": replaced(README, "https://blynk.io", "https://x.test")
    },
    "docs-installation-instructions": {
        "no section": replaced(README, "## Install\n", "## Get it\n"),
        "an empty section": replaced(
            README, "## Set up in five steps\n", "## Set up in five steps\n\n## More\n"
        ),
    },
    "docs-removal-instructions": {
        "no section": replaced(README, "## Removal\n", "## Farewell\n")
    },
    "docs-triggers": {"a trigger": added("triggers.yaml", "")},
    "entity-event-setup": {
        "listening too early": code(
            "event.py",
            "        self._not_before: dict",
            "        coordinator.async_listen(self._async_heard)\n"
            "        self._not_before: dict",
        ),
        "listening for ever": code(
            "event.py",
            "self.async_on_remove(self.coordinator.async_listen(self._async_heard))",
            "self.coordinator.async_listen(self._async_heard)",
        ),
    },
    "entity-unique-id": {
        "none": code("entity.py", "self._attr_unique_id = ", "self._id = ")
    },
    "has-entity-name": {
        "a base without": code("entity.py", "    _attr_has_entity_name = True\n", ""),
        "an entity that takes it back": code(
            SENSOR,
            "    _unrecorded_attributes =",
            "    _attr_has_entity_name = False\n    _unrecorded_attributes =",
        ),
    },
    "runtime-data": {
        "none": code("__init__.py", "entry.runtime_data = coordinator", "pass"),
        "data by the domain": added("more.py", "hass.data[DOMAIN] = 1\n"),
        "data by the domain, made when asked for": added(
            "more.py", "hass.data.setdefault(DOMAIN, {})\n"
        ),
    },
    "test-before-configure": {
        "a step that tries nothing": code(
            "config_flow.py", "errors = await self._async_try(data)", "pass"
        ),
        "a test that is none": code(
            "config_flow.py", "failure = await async_try(self.hass, data)", "pass"
        ),
    },
    "test-before-setup": {
        "a set-up that waits": code(
            "__init__.py",
            "    coordinator.async_start()\n",
            "    coordinator.async_start()\n    await coordinator.wait_ready()\n",
        )
    },
    "unique-config-entry": {
        "no unique ID": code(
            "config_flow.py", "await self.async_set_unique_id", "await self.f"
        ),
        "no look for it": code(
            "config_flow.py", "self._abort_if_unique_id_configured()", "pass"
        ),
    },
    "action-exceptions": {
        "an error that is swallowed": added(
            "actions/more.py", "try:\n    f()\nexcept ValueError:\n    pass\n"
        ),
        "a failure that is only logged": added(
            "actions/more.py",
            "try:\n    f()\nexcept (LinkError, KeyError):\n    log()\n",
        ),
    },
    "config-entry-unloading": {
        "no unload": code("__init__.py", "def async_unload_entry", "def async_stop"),
        "platforms left behind": code("__init__.py", "async_unload_platforms", "f"),
    },
    "docs-configuration-parameters": {
        "no section": replaced(README, "### Options\n", "### More\n"),
        "an option left out": put(
            ENGLISH, "Shown nowhere", "options", "step", "init", "data", "quota"
        ),
    },
    "docs-installation-parameters": {
        "no section": replaced(README, "### What the form asks for\n", "### More\n"),
        "a field left out": put(
            ENGLISH,
            "Shown nowhere",
            *("config", "step", "user", "sections", "advanced", "data", "port"),
        ),
    },
    "entity-unavailable": {
        "a reading of long ago": code(
            "control_entity.py", "settable or self._online", "settable or True"
        ),
        "an app that nobody hears": code(
            "event.py", "def available(self)", "def there(self)"
        ),
    },
    "integration-owner": {"nobody": put(MANIFEST, [], "codeowners")},
    "log-when-unavailable": {
        "said again and again": code(
            "status.py", "reason is not None and self._announced is not False", "reason"
        )
    },
    "parallel-updates": {
        "not said": code("switch.py", "PARALLEL_UPDATES: Final = 0\n", ""),
        "no platforms": code("__init__.py", "PLATFORMS: Final", "FILES: Final"),
    },
    "reauthentication-flow": {
        "no step": code("config_flow.py", "def async_step_reauth_confirm", "def f"),
        "no form": without(ENGLISH, "config", "step", "reauth_confirm"),
        "nobody who starts it": both(
            code("coordinator.py", "async_start_reauth", "f", -1),
            code("flows/repair_connection.py", "async_start_reauth", "f", -1),
        ),
    },
    "test-coverage": {
        "enough is less": replaced("scripts/test", "--cov-fail-under=95", ""),
        "of something else": replaced(
            "pyproject.toml", 'source = ["custom_components"]', 'source = ["tests"]'
        ),
    },
    "devices": {
        "no device": code("entity.py", "self._attr_device_info = ", "device_info = "),
        "a device of nobody's": code("entity.py", "manufacturer=MANUFACTURER,", ""),
    },
    "diagnostics": {
        "none": code(
            "diagnostics.py", "def async_get_config_entry_diagnostics", "def tell"
        ),
        "of everything": code("diagnostics.py", "async_redact_data(", "dict(", -1),
    },
    "discovery": {
        "in the manifest": put(MANIFEST, ["_blynk._tcp.local."], "zeroconf"),
        "in the flow": code("config_flow.py", "async_step_user", "async_step_zeroconf"),
    },
    "discovery-update-info": {
        "in the manifest": put(MANIFEST, [{"hostname": "blynk*"}], "dhcp")
    },
    "docs-data-update": {
        "no section": replaced(README, "## How your data moves\n", "## More\n")
    },
    "docs-examples": {
        "no automation": replaced(README, "## Automations to copy\n", "## More\n"),
        "no way to a blueprint": replaced(README, "/color_by_value.yaml", "/x.yaml"),
    },
    "docs-known-limitations": {
        "no section": replaced(README, "## Known limits\n", "## More\n")
    },
    "docs-supported-functions": {
        "no section": replaced(README, "## What can be exposed\n", "## More\n"),
        "no way to the list": replaced(
            README, "(docs/traits.md)", "(docs/plan.md)", -1
        ),
    },
    "docs-troubleshooting": {
        "no section": replaced(README, "## Troubleshooting\n", "## More\n")
    },
    "docs-use-cases": {
        "no section": replaced(README, "## Automations to copy\n", "## More\n")
    },
    "dynamic-devices": {
        "controls that never come": code(
            "switch.py", "await async_show_controls(", "await add("
        )
    },
    "entity-category": {
        "one left out": code(BUTTON, "    entity_category=EntityCategory.CONFIG,\n", "")
    },
    "entity-device-class": {
        "a duration without": code(
            SENSOR, "        device_class=SensorDeviceClass.DURATION,\n", ""
        ),
        "a name without": code(
            "binary_sensor.py",
            "    device_class=BinarySensorDeviceClass.CONNECTIVITY,\n",
            "",
        ),
    },
    "entity-disabled-by-default": {
        "noise": code(SENSOR, "        entity_registry_enabled_default=False,\n", "")
    },
    "entity-translations": {
        "no key": code(BUTTON, '    translation_key="resync",\n', ""),
        "no text": without(ENGLISH, "entity", "button", "resync"),
        "a name in the code": code(
            BUTTON, 'key="resync",', 'key="resync", name="Send",'
        ),
        "a name of the entity's own": code(
            SENSOR,
            "    _unrecorded_attributes =",
            '    _attr_name = "Sensor"\n    _unrecorded_attributes =',
        ),
    },
    "exception-translations": {
        "words in the code": added(
            "more.py", 'raise HomeAssistantError("Something is wrong")\n'
        ),
        "an error of Python's": added("actions/more.py", 'raise ValueError("wrong")\n'),
        "a key without a text": without(ENGLISH, "exceptions", "not_connected"),
    },
    "icon-translations": {
        "no icon": without(ICONS, "entity", "button", "resync"),
        "an icon in the code": code(
            BUTTON, 'key="resync",', 'key="resync", icon="mdi:x",'
        ),
        "an icon of the entity's own": code(
            SENSOR,
            "    _unrecorded_attributes =",
            '    _attr_icon = "mdi:x"\n    _unrecorded_attributes =',
        ),
    },
    "reconfiguration-flow": {
        "no step": code("config_flow.py", "async_step_reconfigure", "async_step_x"),
        "no form": without(ENGLISH, "config", "step", "reconfigure"),
    },
    "repair-issues": {
        "nothing that mends": code("repairs.py", "def async_create_fix_flow", "def f"),
        "an issue without a text": added(
            "more.py", "ir.async_create_issue(hass, DOMAIN, 'x')\n"
        ),
        "no texts": without(ENGLISH, "issues"),
    },
    "stale-devices": {
        "entities of no subentry": code(
            "subentry_entities.py", ", config_subentry_id=subentry_id", ""
        )
    },
    "async-dependency": {
        "a thread": added("more.py", "import threading\n"),
        "an executor": added("more.py", "hass.async_add_executor_job(f)\n"),
        "a nap": added("more.py", "import time\ntime.sleep(1)\n"),
    },
    "inject-websession": {
        "a session of one's own": added("more.py", "aiohttp.ClientSession()\n"),
        "another library": added("more.py", "import httpx\n"),
        "no session": code("network.py", "async_get_clientsession(hass", "f(hass", -1),
    },
    "strict-typing": {
        "not strict": replaced("pyproject.toml", "strict = true", "strict = false"),
        "not looked at": replaced("scripts/lint", "mypy custom_components", "mypy"),
        "a library without types": put(MANIFEST, ["nobodys==1.0"], "requirements"),
        "a look into an untyped entry": added(
            "more.py", "def f(entry: ConfigEntry):\n    return entry.runtime_data\n"
        ),
        "an entry without a type": code(
            "__init__.py",
            "async def async_unload_entry(hass: HomeAssistant, entry: BlynkConfigEntry)",
            "async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry)",
        ),
    },
}
