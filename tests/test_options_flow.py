"""The options of an entry, as a user chooses them."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator

from .conftest import SetUp
from .test_config_flow import suggested
from .translated import translated

PLAN = {"quota": "free", "share": 100, "first_day": 1}
BEHAVIOR = {
    "widget_properties": True,
    "reboot_reloads": False,
    "server_messages": "show",
}


async def test_options_are_applied_live(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A reload would cost messages; what others remember among the options is kept."""
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, options={"plan_size": "pro"})
    coordinator = entry.runtime_data
    await set_options(hass, entry, quota="custom", messages=200_000.0, share=50.0)
    assert entry.options == {
        **PLAN,
        "plan_size": "pro",
        "quota": "custom",
        "messages": 200_000,
        "share": 50,
        **BEHAVIOR,
    }
    assert coordinator.data.quota.messages == 1
    await set_options(hass, entry, quota="unlimited")
    assert "messages" not in entry.options
    assert coordinator.data.quota.used_percent is None
    assert coordinator.data.quota.interval == 0.2
    assert entry.runtime_data is coordinator


async def test_an_option_of_another_version_reloads_the_entry(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    """What is not known to be applied live is applied by a reload."""
    entry = await set_up()
    coordinator = entry.runtime_data
    hass.config_entries.async_update_entry(entry, options={"new": 1})
    await hass.async_block_till_done()
    assert entry.runtime_data is not coordinator


@pytest.mark.parametrize(
    ("entered", "errors"),
    [
        ({"quota": "custom"}, {"messages": "no_messages"}),
        (
            {"quota": "custom", "messages": 999},
            {"messages": "messages_out_of_range"},
        ),
        (
            {"quota": "custom", "messages": 1e12},
            {"messages": "messages_out_of_range"},
        ),
        ({"share": 0}, {"share": "share_out_of_range"}),
        ({"share": 101}, {"share": "share_out_of_range"}),
        ({"first_day": 0}, {"first_day": "day_out_of_range"}),
        ({"first_day": 29}, {"first_day": "day_out_of_range"}),
        (
            {"messages": 1000.5, "share": 1.5, "first_day": 1.5},
            dict.fromkeys(("messages", "share", "first_day"), "not_whole"),
        ),
    ],
)
async def test_a_plan_that_is_none(
    hass: HomeAssistant,
    set_up: SetUp,
    entered: dict[str, float],
    errors: dict[str, str],
) -> None:
    """The user is told what is wrong, and finds the form as it was filled in."""
    entry = await set_up()
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    result = translated(
        await hass.config_entries.options.async_configure(
            flow["flow_id"], {**PLAN, **entered, "behavior": BEHAVIOR}
        )
    )
    assert result["errors"] == errors
    for key, value in entered.items():
        assert suggested(result)[key] == value
    hass.config_entries.options.async_abort(flow["flow_id"])


async def set_options(
    hass: HomeAssistant, entry: MockConfigEntry, **options: Any
) -> None:
    """Choose options as a user does, who sees the rest as it is."""
    flow: ConfigFlowResult = translated(
        await hass.config_entries.options.async_init(entry.entry_id)
    )
    assert flow["step_id"] == "init"
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {**PLAN, "behavior": BEHAVIOR, **options}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_the_behavior_is_shown_as_it_is(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    """Applied live as well; what was chosen is there the next time."""
    entry = await set_up()
    coordinator = entry.runtime_data
    chosen = {
        "widget_properties": False,
        "reboot_reloads": True,
        "server_messages": "count",
    }
    await set_options(hass, entry, behavior=chosen)
    assert entry.options == {**PLAN, **chosen}
    assert entry.runtime_data is coordinator
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["data_schema"] is not None
    section = flow["data_schema"].schema["behavior"]
    assert not section.options["collapsed"]
    assert {
        field.schema: field.description["suggested_value"]
        for field in section.schema.schema
    } == chosen
    hass.config_entries.options.async_abort(flow["flow_id"])
