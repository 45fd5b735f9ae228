"""The simulator as a process of its own, and its hooks over HTTP."""

from collections.abc import Iterable, Mapping
import json
import os
from pathlib import Path
import secrets
import sys
from typing import Any, Self

import aiohttp

from .datastreams import Datastream
from .processes import LOCALHOST, ChildProcess
from .waiting import DemoError, wait_for

ROOT = Path(__file__).parents[1]
TEMPLATE = "TMPL4DemoHome"
START_TIMEOUT = 20.0
STOP_TIMEOUT = 5.0
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=20)


def new_token() -> str:
    """Return a token of the form Blynk.Cloud makes: 24 random bytes in URL-safe base64."""
    return secrets.token_urlsafe(24)


class Simulator:
    """A simulator process, listening on free ports, and what the Blynk app and an operator can do with it."""

    def __init__(self, folder: Path, http_port: int) -> None:
        """Remember where its log goes and where its console is to be."""
        self.tokens = [new_token()]
        self.console = f"http://{LOCALHOST}:{http_port}"
        self._ports_file = folder / "ports.json"
        self._ports: dict[str, Any] = {}
        self._session = aiohttp.ClientSession(timeout=REQUEST_TIMEOUT)
        ports = {"mqtt": 0, "tls": 0, "ws": 0, "wss": 0, "https": 0, "http": http_port}
        self.process = ChildProcess(
            "the simulator",
            [
                sys.executable,
                "-m",
                "simulator",
                *(f"--{name}-port={port}" for name, port in ports.items()),
                f"--token={self.tokens[0]}",
                f"--template={TEMPLATE}",
                f"--ports-file={self._ports_file}",
                "--verbose",
            ],
            folder / "simulator.log",
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)},
        )

    async def __aenter__(self) -> Self:
        """Start, and wait until every listener is up."""
        try:
            await self.process.start()
            await wait_for(self._is_up, START_TIMEOUT, "the simulator listens")
            self._ports = json.loads(self._ports_file.read_text(encoding="utf-8"))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, whatever happened."""
        await self._session.close()
        await self.process.stop(STOP_TIMEOUT)

    @property
    def token(self) -> str:
        """Return the device's token, the newest of all it has had."""
        return self.tokens[-1]

    @property
    def ca_file(self) -> Path:
        """Return the certificate authority its TLS listeners are signed by."""
        return Path(self._ports["ca"])

    @property
    def entry(self) -> str:
        """Return the region where devices knock first."""
        return str(self._ports["entry"])

    @property
    def other_region(self) -> str:
        """Return a region that is not the entry."""
        return next(str(name) for name in self._ports["regions"] if name != self.entry)

    @property
    def tls_port(self) -> int:
        """Return the entry region's MQTT port over TLS."""
        return int(self._ports["regions"][self.entry]["tls"])

    async def define(
        self, datastreams: Iterable[Datastream], events: Mapping[str, str]
    ) -> None:
        """Make these the template's datastreams, and events by code."""
        definitions = [datastream.definition() for datastream in datastreams]
        await self._post(
            "template",
            {"datastreams": definitions, "replace": True, "events": {**events}},
        )

    async def state(self) -> dict[str, Any]:
        """Return the whole picture."""
        return await self._get("state")

    async def device(self) -> dict[str, Any]:
        """Return the device's connection as the cloud sees it."""
        device: dict[str, Any] = (await self.state())["device"]
        return device

    async def datastream(self, name: str) -> dict[str, Any]:
        """Return one datastream's value and counters."""
        for datastream in (await self.state())["datastreams"]:
            if datastream["name"] == name:
                return dict(datastream)
        raise DemoError(f"the simulator has no datastream {name}")

    async def writes(self, name: str) -> int:
        """Return how often the device has written a datastream."""
        return int((await self.datastream(name))["writes"]["device"])

    async def press(self, name: str, value: float | str) -> None:
        """Operate a widget as the Blynk app does."""
        await self._post("widget", {"datastream": name, "value": value})

    async def reboot(self) -> None:
        """Ask the device to reboot, as the Blynk app can."""
        await self._post("reboot", {})

    async def redirect(self, region: str) -> None:
        """Send the device to another region."""
        await self._post("redirect", {"region": region, "then": "close"})

    async def drop(self) -> None:
        """Cut the device's connection; it may come back at once."""
        await self._post("drop", {})

    async def behave(self, **behaviour: float | str | bool | None) -> None:
        """Change what the cloud does from now on, as `simulator/behaviour.py` has it."""
        await self._post("behaviour", behaviour)

    async def outage(self, seconds: float) -> None:
        """Take every MQTT listener and connection away for a while."""
        await self._post("outage", {"seconds": seconds})

    async def deny(self) -> None:
        """Refuse the device's token from now on and accept a new one."""
        self.tokens.append(new_token())
        await self._post("deny", {"token": self.token})

    async def journal(self) -> list[dict[str, Any]]:
        """Return what went over the wire, oldest first."""
        entries: list[dict[str, Any]] = (await self._get("journal"))["entries"]
        return entries

    async def _is_up(self) -> bool:
        self.process.check_alive()
        return self._ports_file.exists()

    async def _get(self, hook: str) -> dict[str, Any]:
        return await self._request("GET", hook)

    async def _post(self, hook: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._request("POST", hook, body)

    async def _request(
        self, method: str, hook: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        url = f"{self.console}/sim/{hook}"
        async with self._session.request(method, url, json=body) as response:
            answer: dict[str, Any] = await response.json()
        if not response.ok:
            raise DemoError(f"the simulator refused {hook}: {answer.get('error')}")
        return answer
