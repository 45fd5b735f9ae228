"""What becomes of the texts in which the server complains."""

import logging

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.server_messages import CONF_SERVER_MESSAGES, Notice
from simulator import Simulator

from .conftest import SetUp
from .device.conftest import eventually
from .test_entities import LAST_DIAGNOSTIC, becomes


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sensor follow soon."""
    monkeypatch.setattr("custom_components.blynk_bridge.status._COUNTER_INTERVAL", 0.05)


LOGGER = "custom_components.blynk_bridge.server_messages"


def choose(hass: HomeAssistant, entry: MockConfigEntry, notice: Notice) -> None:
    """Choose in the options how much is to be seen."""
    options = {**entry.options, CONF_SERVER_MESSAGES: notice.value}
    hass.config_entries.async_update_entry(entry, options=options)


async def say(simulator: Simulator, entry: MockConfigEntry, text: str) -> None:
    """Let the server complain, and wait until that has been heard."""
    messages = entry.runtime_data.server_messages
    before = messages.heard
    await simulator.send("downlink/diag", text.encode())
    await eventually(lambda: messages.heard == before + 1)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log shows unless somebody asks for more."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == LOGGER and record.levelno >= logging.WARNING
    ]


@pytest.mark.parametrize("notice", Notice)
async def test_it_is_shown_where_the_user_wants_to_see_it(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    notice: Notice,
) -> None:
    """Counted whatever is chosen; without a choice, the sensor has it."""
    entry = await set_up()
    choose(hass, entry, notice)
    await say(simulator, entry, "Wrong\ntype")
    await becomes(
        hass, LAST_DIAGNOSTIC, "unknown" if notice is Notice.COUNT else "Wrong\ntype"
    )
    texts = [each.text for each in entry.runtime_data.timeline.texts]
    assert texts == ([] if notice is Notice.COUNT else ["Wrong\ntype"])
    expected = ["Home: Blynk's server says 'Wrong\\ntype'"]
    assert lines(caplog) == (expected if notice is Notice.LOG else [])


async def test_another_choice_counts_at_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Without a reload; what was shown goes when it is not to be shown any more."""
    entry = await set_up()
    loaded = entry.runtime_data
    await say(simulator, entry, "Wrong type")
    await becomes(hass, LAST_DIAGNOSTIC, "Wrong type")
    choose(hass, entry, Notice.COUNT)
    await becomes(hass, LAST_DIAGNOSTIC, "unknown")
    assert entry.runtime_data is loaded
    assert simulator.device.connections == 1


async def test_a_flood_does_not_fill_the_log(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """All are counted, and a minute has room for twenty lines."""
    entry = await set_up()
    choose(hass, entry, Notice.LOG)
    for number in range(25):
        await say(simulator, entry, f"{number} is wrong")
    assert len(lines(caplog)) == 20
