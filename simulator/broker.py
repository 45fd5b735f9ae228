"""The MQTT broker of every region: four listeners each, and the sessions behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
import ssl

from aiohttp import web

from .cloud import Cloud
from .connection import Site, Wire
from .device import Device
from .journal import Journal
from .listener import Listener, ProtocolFactory
from .regions import Transport
from .session import Session
from .wires import StreamWire, serve_websocket

WEBSOCKET_PATH = "/mqtt"
CLOSE_TIMEOUT = 2.0

type Ports = Mapping[Transport, int]


class Broker:
    """Point-to-point sessions between devices and the cloud; nothing is routed between clients."""

    def __init__(self, cloud: Cloud, journal: Journal, tls: ssl.SSLContext) -> None:
        """Begin without listeners."""
        self._cloud = cloud
        self._journal = journal
        self._tls = tls
        self._listeners: list[Listener] = []
        self._runners: list[web.AppRunner] = []
        self._wires: set[Wire] = set()
        self._sessions: set[Session] = set()

    async def add_region(
        self, name: str, address: str, ports: Ports
    ) -> dict[Transport, int]:
        """Bind a region's ports, 0 meaning a free one; return the actual ones."""
        app = web.Application()
        app.router.add_get(WEBSOCKET_PATH, partial(self._serve_websocket, name))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_TIMEOUT)
        await runner.setup()
        self._runners.append(runner)
        bound: dict[Transport, int] = {}
        for transport in Transport:
            secure = transport in {Transport.TLS, Transport.WSS}
            listener = Listener(
                self._protocol_factory(name, transport, runner),
                ports.get(transport, 0),
                self._tls if secure else None,
                address=address,
                mute=lambda: self._cloud.behaviour.mute,
            )
            self._listeners.append(listener)
            bound[transport] = listener.port
        return bound

    def _protocol_factory(
        self, region: str, transport: Transport, runner: web.AppRunner
    ) -> ProtocolFactory:
        if transport in {Transport.TCP, Transport.TLS}:
            opening = partial(self._open, region, transport)
            return partial(StreamWire, opening, self._wires)
        if runner.server is None:
            raise RuntimeError("the runner is not set up")
        return runner.server

    async def _serve_websocket(
        self, region: str, request: web.Request
    ) -> web.WebSocketResponse:
        transport = Transport.WSS if request.secure else Transport.WS
        return await serve_websocket(
            request, partial(self._open, region, transport), self._wires
        )

    def _open(self, region: str, transport: Transport, wire: Wire) -> Session:
        site = Site(self._cloud, self._journal, region, transport)
        session = Session(site, wire, self._sessions.discard)
        self._sessions.add(session)
        return session

    def session_of(self, device: Device) -> Session | None:
        """Return the session that carries the device's data, or else its newest one."""
        sessions = [each for each in self._sessions if each.device is device]
        sessions.sort(key=lambda each: (each is device.link, each.number))
        return sessions[-1] if sessions else None

    @property
    def listening(self) -> bool:
        """Whether clients can connect."""
        return any(listener.listening for listener in self._listeners)

    def start(self) -> None:
        """Listen on every port."""
        for listener in self._listeners:
            listener.start()

    async def stop(self) -> None:
        """Go away: connections are cut, ports refuse connections but stay ours."""
        for listener in self._listeners:
            await listener.stop()
        await self._cut_everything()

    async def close(self) -> None:
        """End for good."""
        for listener in self._listeners:
            await listener.close()
        await self._cut_everything()
        for runner in self._runners:
            await runner.cleanup()

    async def _cut_everything(self) -> None:
        """Abort every connection and wait until the last is gone."""
        for session in [*self._sessions]:
            session.cut(abort=True)
        async with asyncio.timeout(CLOSE_TIMEOUT):
            while self._wires:
                for wire in [*self._wires]:
                    wire.abort()
                await asyncio.sleep(0)
