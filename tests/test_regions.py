"""A token of another region: found over HTTPS, without the user's help."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import logging
import socket
from typing import Any, cast

from aiohttp.abc import AbstractResolver, ResolveResult
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, HassAsyncDNSResolver
import pytest
import pytest_socket

from custom_components.blynk_bridge import network
from custom_components.blynk_bridge.connection import configured_endpoint
from custom_components.blynk_bridge.learned import Learned
from simulator import Simulator, SimulatorOptions
from simulator.behaviour import HttpWrongRegion, WrongRegion
from simulator.certificates import ADDRESSES
from simulator.journal import Kind

from .conftest import TEMPLATE, TEMPLATE_ID, TOKEN, SetUp
from .device.conftest import eventually, server
from .skipped_time import skipped_time
from .test_config_flow import start, submit, without_exposures

DOMAIN_NAME = "blynk.test"
BAD_TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-6789"


class Names(AbstractResolver):
    """Knows the simulator's hosts and no others, as a house's own resolver."""

    def __init__(self, addresses: dict[str, str]) -> None:
        """Take the addresses by name."""
        self.addresses = dict(addresses)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a host's address."""
        self.asked.append(host)
        if host not in self.addresses:
            raise OSError(None, "Domain name not found")
        return [
            ResolveResult(
                hostname=host,
                host=self.addresses[host],
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Leave nothing behind."""


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a simulator of three regions, which refuse each other's tokens."""
    pytest_socket.socket_allow_hosts(list(ADDRESSES), allow_unix_socket=True)
    options = SimulatorOptions(
        token=TOKEN,
        template_id=TEMPLATE_ID,
        datastreams=TEMPLATE,
        domain=DOMAIN_NAME,
        regions=3,
    )
    async with Simulator(options) as running:
        running.behaviour.wrong_region = WrongRegion.REFUSE
        running.device.home = "ny3"
        yield running


@pytest.fixture(autouse=True)
def names(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Names:
    """Let Home Assistant find the simulator by its names, and HTTPS at its port."""
    resolver = Names(simulator.addresses)
    hass.data[DATA_RESOLVER] = cast(HassAsyncDNSResolver, resolver)
    monkeypatch.setattr(network, "HTTPS_PORT", simulator.entry.https_port)
    return resolver


@pytest.fixture
def advanced(simulator: Simulator, entry_data: dict[str, Any]) -> dict[str, Any]:
    """Return the section that leads to the entry region over TLS."""
    chosen = {
        "host": DOMAIN_NAME,
        "port": simulator.entry.tls_port,
        "transport": "tls",
        "verify_ssl": False,
    }
    fields = ("host", "port", "transport", "verify_ssl", "protocol")
    return {field: (entry_data | chosen)[field] for field in fields}


def questions(simulator: Simulator) -> list[str]:
    """Return the regions that were asked over HTTPS, in order."""
    return [entry.region for entry in simulator.journal.find(Kind.HTTP)]


async def test_a_device_of_another_region_is_set_up(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The user enters blynk.cloud's name, and that is enough."""
    caplog.set_level(logging.DEBUG)
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced,
    )
    result = await without_exposures(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await simulator.wait_for(lambda: simulator.device.region == "ny3")
    coordinator = result["result"].runtime_data
    await eventually(lambda: coordinator.data.online)
    port = simulator.entry.tls_port
    assert coordinator.data.server == f"mqtts://ny3.{DOMAIN_NAME}:{port}"
    # The entry, which sends to ny3, and ny3: once for the flow and once for the entry.
    assert questions(simulator) == ["fra1", "ny3"] * 2
    assert coordinator.data.quota.messages >= 3
    assert TOKEN not in caplog.text


async def test_the_region_is_remembered(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any], set_up: SetUp
) -> None:
    """The next start asks nobody."""
    entry = await set_up(**advanced)
    assert await hass.config_entries.async_unload(entry.entry_id)
    learned = Learned(hass, entry.entry_id)
    await learned.async_load(configured_endpoint(entry.data))
    assert learned.home is not None
    assert learned.home.host == f"ny3.{DOMAIN_NAME}"
    asked = questions(simulator)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await eventually(lambda: entry.runtime_data.data.online)
    assert questions(simulator) == asked


async def test_a_region_that_is_out_of_reach_makes_no_token_invalid(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    set_up: SetUp,
    names: Names,
) -> None:
    """Forgotten after three failures it is where the refused token belongs, all the same."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up(**advanced)
        addresses = names.addresses.pop(f"ny3.{DOMAIN_NAME}")
        await simulator.drop()
        await asyncio.sleep(timedelta(hours=3).total_seconds())
        assert not any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
        assert len(questions(simulator)) <= 6
        names.addresses[f"ny3.{DOMAIN_NAME}"] = addresses
        await eventually(lambda: entry.runtime_data.data.online, 400)
        assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("answer", list(HttpWrongRegion))
async def test_a_bad_token_is_still_invalid(
    hass: HomeAssistant,
    simulator: Simulator,
    advanced: dict[str, Any],
    answer: HttpWrongRegion,
) -> None:
    """Everybody says so, and the user hears it."""
    simulator.behaviour.http_wrong_region = answer
    result = await submit(
        hass,
        await start(hass),
        token=BAD_TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced,
    )
    assert result["errors"] == {"base": "invalid_auth"}
    assert questions(simulator) == ["fra1"]


async def test_refused_on_both_ways_is_invalid(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """A server of one's own that sends nowhere has the last word."""
    simulator.behaviour.http_wrong_region = HttpWrongRegion.REFUSE
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced,
    )
    assert result["errors"] == {"base": "invalid_auth"}


async def test_a_token_that_only_mqtt_refuses_is_not_called_invalid(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """HTTPS knows it, at the very same server: asking for another would be wrong."""
    simulator.device.home = simulator.cloud.entry

    async def refuse(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1024)
        writer.write(b"\x20\x02\x00\x04")
        await writer.drain()

    async with server(refuse) as port:
        result = await submit(
            hass,
            await start(hass),
            token=TOKEN,
            template_id=TEMPLATE_ID,
            advanced=advanced | {"transport": "tcp", "port": port},
        )
    assert result["errors"] == {"base": "cannot_connect"}
    assert questions(simulator) == ["fra1"]


async def test_no_question_without_encryption(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any]
) -> None:
    """A certificate that does not verify gets no token, whatever MQTT travels on."""
    plain = {
        "transport": "tcp",
        "port": simulator.entry.mqtt_port,
        "verify_ssl": True,
    }
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced | plain,
    )
    assert result["errors"] == {"base": "invalid_auth"}
    assert not questions(simulator)


async def test_a_refused_token_is_asked_for_once_a_day(
    hass: HomeAssistant, simulator: Simulator, advanced: dict[str, Any], set_up: SetUp
) -> None:
    """While re-auth waits for the user, MQTT is asked every 15 minutes and HTTPS is not."""
    entry = await set_up(wait=False, **advanced | {"token": BAD_TOKEN})
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await eventually(
            lambda: any(entry.async_get_active_flows(hass, {SOURCE_REAUTH})), 60
        )
        await asyncio.sleep(timedelta(hours=3).total_seconds())
        attempts = len(simulator.journal.find(Kind.CONNECT))
        assert 10 <= attempts <= 14
        assert questions(simulator) == ["fra1"]
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_name_that_nobody_knows(
    hass: HomeAssistant, advanced: dict[str, Any], names: Names
) -> None:
    """Home Assistant's own resolver is asked, which holds no thread."""
    result = await submit(
        hass,
        await start(hass),
        token=TOKEN,
        template_id=TEMPLATE_ID,
        advanced=advanced | {"host": "blink.test"},
    )
    assert result["errors"] == {"base": "cannot_connect"}
    assert names.asked == ["blink.test"]
