"""The shapes are those of Home Assistant: its own integrations fit them."""

from collections.abc import Callable, Iterable
import json
from typing import Final

from homeassistant.util.yaml import parse_yaml
import pytest
import voluptuous as vol

from validation.findings import misfits
from validation.icons import ICONS_SHAPE
from validation.manifest import CORE
from validation.project import Json
from validation.services import SERVICES_SHAPE
from validation.translations import TRANSLATIONS_SHAPE

# Of the best tier, and so with a file of each sort that is worth a look.
MODELS: Final = sorted(
    file.parent.name
    for file in CORE.glob("*/manifest.json")
    if json.loads(file.read_text()).get("quality_scale") == "platinum"
)
# What integrations have that work otherwise, and what only YAML's anchors are for.
OF_OTHERS: Final = (
    "application_credentials",
    "conditions",
    "config_panel",
    "device_automation",
    "entity_component",
    "triggers",
    ".pot_transfer_fields",
)


def read(file: str, load: Callable[[str], Json]) -> Iterable[tuple[str, Json]]:
    """Yield such a file of each model, without what only others have."""
    for model in MODELS:
        path = CORE / model / file
        if path.is_file():
            content = load(path.read_text())
            # A file may be there for its comments.
            given = content if isinstance(content, dict) else {}
            yield model, {key: given[key] for key in given if key not in OF_OTHERS}


@pytest.mark.parametrize(
    ("file", "load", "shape"),
    [
        ("translations/en.json", json.loads, TRANSLATIONS_SHAPE),
        ("icons.json", json.loads, ICONS_SHAPE),
        ("services.yaml", parse_yaml, SERVICES_SHAPE),
    ],
    ids=["translations", "icons", "services"],
)
def test_home_assistants_own_integrations_fit(
    file: str, load: Callable[[str], Json], shape: vol.Schema
) -> None:
    """So no check asks for more than Home Assistant does, and none is out of date."""
    models = dict(read(file, load))
    assert len(models) > 20
    assert [
        str(finding)
        for model, content in models.items()
        for finding in misfits(model, shape, content)
    ] == []
