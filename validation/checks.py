"""Every check, by the name that it is known by."""

from collections.abc import Mapping
from typing import Final

from . import (
    brand,
    dependencies,
    flows,
    hacs,
    home,
    icons,
    languages,
    manifest,
    quality_scale,
    rules,
    services,
    sources,
    translations,
    walk,
)
from .findings import Check

CHECKS: Final[Mapping[str, Check]] = {
    "brand images": brand.check_images,
    "dependencies": dependencies.check_dependencies,
    "HACS archive": hacs.check_archive,
    "HACS manifest": hacs.check_manifest,
    "HACS repository": hacs.check_repository,
    "home addresses": home.check_addresses,
    "home versions": home.check_versions,
    "icons": icons.check_icons,
    "icons' names": icons.check_names,
    "icons of actions": services.check_icons,
    "icons of entities": icons.check_entities,
    "languages": languages.check_files,
    "manifest keys": manifest.check_keys,
    "manifest tier": manifest.check_tier,
    "manifest values": manifest.check_values,
    "packages": sources.check_packages,
    "quality scale": quality_scale.check_file,
    "quality scale's walk": walk.check_walk,
    "schema of YAML": sources.check_schema,
    "services": services.check_services,
    "sources": sources.check_sources,
    "texts in English": translations.check_shape,
    "texts in other languages": languages.check_languages,
    "texts of actions": services.check_texts,
    "texts of errors": flows.check_exceptions,
    "texts of fields": translations.check_help,
    "texts of steps": flows.check_steps,
    **{f"quality scale: {rule}": check for rule, check in rules.RULES.items()},
}
