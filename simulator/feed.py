"""The live feed behind the console page: changes as WebSocket frames, at most ten a second."""

from __future__ import annotations

import asyncio
from collections import deque

from aiohttp import web

from .changes import Change, ChangeKind
from .cloud import Cloud
from .device import Device
from .fields import Json
from .snapshot import (
    datastream_json,
    device_json,
    diagnostic_json,
    event_json,
    messages_json,
    state_json,
)

FRAMES_PER_SECOND = 10
INTERVAL = 0.1
CLOSE_TIMEOUT = 0.5

type Frame = dict[str, Json]


class Feed:
    """Collects a device's changes and sends what they came to.

    More changes than frames become one frame with the whole state.
    """

    def __init__(self, cloud: Cloud, device: Device) -> None:
        """Watch the cloud while anyone listens."""
        self._cloud = cloud
        self._device = device
        self._sockets: set[web.WebSocketResponse] = set()
        self._changes: set[Change] = set()
        self._diagnostics = self._events = 0
        self._sent_at: deque[float] = deque(maxlen=FRAMES_PER_SECOND)
        self._sending: asyncio.Task[None] | None = None
        cloud.watchers.append(self._on_change)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one listener: first the whole state, then what changes."""
        socket = web.WebSocketResponse(timeout=CLOSE_TIMEOUT, heartbeat=30)
        await socket.prepare(request)
        await socket.send_json(self._state())
        self._sockets.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Send the listeners away."""
        self._cloud.watchers.remove(self._on_change)
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        for socket in [*self._sockets]:
            await socket.close()

    def _on_change(self, change: Change) -> None:
        if not self._sockets or change.device is not self._device:
            return
        self._changes.add(change)
        self._diagnostics += change.kind is ChangeKind.DIAGNOSTIC
        self._events += change.kind is ChangeKind.EVENT
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_changes())

    async def _send_changes(self) -> None:
        """Send what has gathered, interval after interval, until nothing is left."""
        loop = asyncio.get_running_loop()
        try:
            while self._changes:
                await asyncio.sleep(INTERVAL)
                second_ago = loop.time() - 1
                free = FRAMES_PER_SECOND - sum(at > second_ago for at in self._sent_at)
                if not free:
                    continue
                frames = self._frames(free)
                self._sent_at.extend([loop.time()] * len(frames))
                for socket in [*self._sockets]:
                    await self._send(socket, frames)
        finally:
            self._sending = None

    async def _send(self, socket: web.WebSocketResponse, frames: list[Frame]) -> None:
        try:
            for frame in frames:
                await socket.send_json(frame)
        except ConnectionError:
            self._sockets.discard(socket)

    def _frames(self, free: int) -> list[Frame]:
        """Take the gathered changes; give their frames, or the state if they are too many."""
        changes, self._changes = self._changes, set()
        diagnostics, self._diagnostics = self._diagnostics, 0
        events, self._events = self._events, 0
        device, kinds = self._device, {change.kind for change in changes}
        names = [change.name for change in changes if change.name in device.datastreams]
        count = len(names) + diagnostics + events + (ChangeKind.DEVICE in kinds)
        if ChangeKind.TEMPLATE in kinds or count > free:
            return [self._state()]
        frames: list[Frame] = []
        if ChangeKind.DEVICE in kinds:
            frames.append({"type": "device", "device": device_json(device)})
        for name in names:
            shown = datastream_json(device.datastreams[name])
            frames.append({"type": "datastream", "datastream": shown})
        frames += [
            {"type": "diagnostic", "diagnostic": diagnostic_json(each)}
            for each in [*device.diagnostics][-diagnostics:]
            if diagnostics
        ]
        frames += [
            {"type": "event", "event": event_json(each)}
            for each in [*device.last_events][-events:]
            if events
        ]
        for frame in frames:
            frame["home"] = device.home
            frame["messages"] = messages_json(self._cloud, device)
        return frames

    def _state(self) -> Frame:
        return {"type": "state", "state": state_json(self._cloud, self._device)}
