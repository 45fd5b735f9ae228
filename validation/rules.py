"""The quality scale's rules, each with what the files show of it."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from . import (
    rules_docs as docs,
    rules_entities as entities,
    rules_entry as entry,
    rules_project as whole,
)
from .brand import check_images
from .findings import Check

RULES: Final[Mapping[str, Check]] = {
    "action-setup": entry.action_setup,
    "appropriate-polling": entry.appropriate_polling,
    "brands": check_images,
    "common-modules": entities.common_modules,
    "config-flow": entry.config_flow,
    "dependency-transparency": whole.dependency_transparency,
    "docs-actions": docs.docs_actions,
    "docs-conditions": docs.no_conditions,
    "docs-high-level-description": docs.docs_high_level_description,
    "docs-installation-instructions": partial(
        docs.check_sections, rule="docs-installation-instructions"
    ),
    "docs-removal-instructions": partial(
        docs.check_sections, rule="docs-removal-instructions"
    ),
    "docs-triggers": docs.no_triggers,
    "entity-event-setup": entities.entity_event_setup,
    "entity-unique-id": entities.entity_unique_id,
    "has-entity-name": entities.has_entity_name,
    "runtime-data": entry.runtime_data,
    "test-before-configure": entry.test_before_configure,
    "test-before-setup": entry.test_before_setup,
    "unique-config-entry": entry.unique_config_entry,
    "action-exceptions": entry.action_exceptions,
    "config-entry-unloading": entry.config_entry_unloading,
    "docs-configuration-parameters": docs.docs_configuration_parameters,
    "docs-installation-parameters": docs.docs_installation_parameters,
    "entity-unavailable": entities.entity_unavailable,
    "integration-owner": whole.integration_owner,
    "log-when-unavailable": whole.log_when_unavailable,
    "parallel-updates": entities.parallel_updates,
    "reauthentication-flow": entry.reauthentication_flow,
    "test-coverage": whole.test_coverage,
    "devices": entities.devices,
    "diagnostics": entry.diagnostics,
    "discovery": entry.discovery,
    "discovery-update-info": entry.discovery,
    "docs-data-update": partial(docs.check_sections, rule="docs-data-update"),
    "docs-examples": docs.docs_examples,
    "docs-known-limitations": partial(
        docs.check_sections, rule="docs-known-limitations"
    ),
    "docs-supported-functions": docs.docs_supported_functions,
    "docs-troubleshooting": partial(docs.check_sections, rule="docs-troubleshooting"),
    "docs-use-cases": partial(docs.check_sections, rule="docs-use-cases"),
    "dynamic-devices": entities.dynamic_devices,
    "entity-category": entities.entity_category,
    "entity-device-class": entities.entity_device_class,
    "entity-disabled-by-default": entities.entity_disabled_by_default,
    "entity-translations": entities.entity_translations,
    "exception-translations": entry.exception_translations,
    "icon-translations": entities.icon_translations,
    "reconfiguration-flow": entry.reconfiguration_flow,
    "repair-issues": entry.repair_issues,
    "stale-devices": entities.stale_devices,
    "async-dependency": whole.async_dependency,
    "inject-websession": entry.inject_websession,
    "strict-typing": whole.strict_typing,
}
"""All but two: how much a test covers, and what is no device, no file shows."""
