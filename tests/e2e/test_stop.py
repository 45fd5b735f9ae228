"""A real Home Assistant process whose Blynk server accepts and says nothing."""

import asyncio
from pathlib import Path
import time

import pytest

from custom_components.blynk_bridge.const import DOMAIN
from demo.home_assistant import HomeAssistant
from demo.processes import free_port
from tests.device.conftest import server

CONFIGURATION = """\
frontend:
config:
logger:
  default: warning
  logs:
    haffmpeg: critical
    homeassistant.components.camera: critical
    custom_components.blynk_bridge: debug
"""
STOP_LIMIT = 2.0
# What Home Assistant itself takes to stop on a busy machine, beside us.
STOP_ALLOWANCE = 1.5


class HomeAssistantWithEntry(HomeAssistant):
    """Starts with an entry that was set up long ago, and with nothing else to stop."""

    server_port = 0

    def _write_configuration(self) -> None:
        super()._write_configuration()
        configuration = self.folder / "configuration.yaml"
        configuration.write_text(CONFIGURATION, encoding="utf-8")
        self._write_storage(
            "core.config_entries",
            1,
            {
                "entries": [
                    {
                        "entry_id": "01TESTENTRY",
                        "domain": DOMAIN,
                        "title": "Home",
                        "version": 1,
                        "source": "user",
                        "unique_id": "0" * 64,
                        "options": {},
                        "data": {
                            "token": "abcdefghijklmnopqrstuvwxyz012345",
                            "template_id": "TMPLabcd1234",
                            "host": "127.0.0.1",
                            "port": self.server_port,
                            "transport": "tls",
                            "verify_ssl": True,
                            "protocol": "3.1.1",
                        },
                    }
                ]
            },
        )


@pytest.mark.usefixtures("socket_enabled")
async def test_a_mute_tls_server_delays_neither_start_nor_stop(tmp_path: Path) -> None:
    """The hand-shake is under way when Home Assistant is asked to stop."""
    connected = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        while await reader.read(1024):
            pass

    authority = tmp_path / "ca.pem"
    authority.write_bytes(b"")
    folder = tmp_path / "homeassistant"
    folder.mkdir()
    async with server(mute) as port:
        home_assistant = HomeAssistantWithEntry(folder, free_port(), authority)
        home_assistant.server_port = port
        async with home_assistant:
            async with asyncio.timeout(30):
                await connected.wait()
            started = time.monotonic()
            assert await home_assistant.stop()
            assert time.monotonic() - started < STOP_LIMIT + STOP_ALLOWANCE
    log = home_assistant.process.log_file.read_text()
    assert "Traceback" not in log
