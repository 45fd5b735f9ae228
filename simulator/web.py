"""The HTTP servers of every region: device HTTPS API, test hooks and the console page."""

from __future__ import annotations

from pathlib import Path
import ssl
from typing import TYPE_CHECKING

from aiohttp import web

from .feed import Feed
from .hooks import Hooks
from .https import DeviceApi
from .listener import Listener

if TYPE_CHECKING:
    from .simulator import Simulator

CONSOLE = Path(__file__).parent / "console"
SHUTDOWN_TIMEOUT = 1.0


class WebServers:
    """One application a region, on a plain and on a TLS port."""

    def __init__(self, simulator: Simulator, tls: ssl.SSLContext) -> None:
        """Begin without listeners."""
        self._simulator = simulator
        self._tls = tls
        self._feed = Feed(simulator.cloud, simulator.device)
        self._hooks = Hooks(simulator, self._feed)
        self._runners: list[web.AppRunner] = []
        self._listeners: list[Listener] = []

    async def add_region(
        self, name: str, address: str, http_port: int, https_port: int
    ) -> tuple[int, int]:
        """Bind a region's two ports, 0 meaning a free one; return the actual ones."""
        app = web.Application()
        DeviceApi(self._simulator.cloud, self._simulator.journal, name).add_routes(
            app.router
        )
        self._hooks.add_routes(app.router)
        app.router.add_get("/{path:.*}", _console_file)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT)
        await runner.setup()
        self._runners.append(runner)
        server = runner.server
        if server is None:
            raise RuntimeError("the runner is not set up")
        plain, secure = (
            Listener(server, http_port, address=address),
            Listener(server, https_port, self._tls, address=address),
        )
        self._listeners += [plain, secure]
        return plain.port, secure.port

    def start(self) -> None:
        """Listen on every port."""
        for listener in self._listeners:
            listener.start()

    async def close(self) -> None:
        """End for good."""
        await self._feed.close()
        for listener in self._listeners:
            await listener.close()
        for runner in self._runners:
            await runner.cleanup()


async def _console_file(request: web.Request) -> web.StreamResponse:
    """Serve the console page and what belongs to it."""
    file = (CONSOLE / (request.match_info["path"] or "index.html")).resolve()
    if not file.is_relative_to(CONSOLE) or not file.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(file, headers={"Cache-Control": "no-cache"})
