"""Events and updates."""

import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    NotWritable,
    Wording,
    on_off,
)

from . import an, the


@pytest.mark.parametrize(
    ("raw", "kind", "told", "when"),
    [
        ("2026-03-29T01:30:00.123+00:00", "ring", 0, "2026-03-29 01:30:00"),
        ("2026-03-29T01:30:00.123+00:00", "hold", 1, "2026-03-29 01:30:00"),
        ("2026-03-29T01:30:00.123+00:00", "kick", None, "2026-03-29 01:30:00"),
        ("2026-03-29T01:30:00.123+00:00", None, None, "2026-03-29 01:30:00"),
        ("unknown", None, None, None),
        ("soon", 5, None, None),
    ],
)
def test_an_event_tells_its_kind_and_when_it_was(
    raw: str, kind: object, told: int | None, when: str | None
) -> None:
    event = an("event.x", raw, event_types=["ring", "hold"], event_type=kind)
    trait = the("event", "event_type")
    assert trait.describe(event) == Description(
        data_type=DataType.ENUM,
        options=("ring", "hold"),
        wording=Wording("event_type"),
    )
    assert trait.value(event, DataType.ENUM) == told
    assert the("event", "last_event").value(event, DataType.STRING) == when
    assert all(trait.urgent for trait in traits_of(event))


def test_an_event_entity_without_kinds_tells_only_when() -> None:
    event = an("event.x", "2026-03-29T01:30:00.123+00:00", event_type="ring")
    assert [trait.key for trait in traits_of(event)] == ["last_event"]


def test_an_update_tells_its_versions() -> None:
    update = an("update.x", "on", installed_version="1.2.0", latest_version="1.3.0")
    available, installed, latest = traits_of(update)
    assert available.describe(update) == on_off()
    assert available.value(update, DataType.INTEGER) == 1
    assert installed.value(update, DataType.STRING) == "1.2.0"
    assert latest.value(update, DataType.STRING) == "1.3.0"


def test_an_update_is_installed_only_where_it_can_be_and_is_guarded() -> None:
    trait = the("update", "install")
    update = an("update.x", "on", supported_features=1)
    assert trait.describe(update) == on_off(writable=True, guarded=True)
    assert trait.action(update, 1) == Action(
        "update", "install", {"entity_id": "update.x"}
    )
    assert trait.action(update, 0) is None
    assert trait.describe(an("update.x", "on", supported_features=4)) is None


@pytest.mark.parametrize("key", ["available", "installed_version", "latest_version"])
def test_what_an_update_tells_is_not_written(key: str) -> None:
    with pytest.raises(NotWritable):
        the("update", key).action(an("update.x", "on"), 1)
