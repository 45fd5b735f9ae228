"""The simulator as a whole: the cloud, its servers, and what a test may do to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
import contextlib
from dataclasses import dataclass, field
import inspect
from pathlib import Path
import secrets
import tempfile
import time
from types import TracebackType
from typing import Literal, Self

from .behaviour import AfterRedirect, Behaviour
from .broker import Broker
from .certificates import ADDRESSES, HOSTS, issue_certificates
from .changes import Change
from .cloud import Cloud
from .confirmation import Cancel
from .datastreams import DEMO, Datastream
from .device import Device
from .journal import Journal
from .regions import REGION_NAMES, Region, Transport, host_of
from .values import AppValue
from .web import WebServers

DEFAULT_TEMPLATE = "TMPL4simulate"
POLL_INTERVAL = 0.05

type Then = Literal["close", "stay", "disconnect"]

AFTER_REDIRECT: dict[Then, AfterRedirect] = {
    "close": AfterRedirect.CLOSE,
    "stay": AfterRedirect.STAY,
    "disconnect": AfterRedirect.DISCONNECT_9D,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How to start. Ports are the entry region's, 0 a free one; other regions take free ports."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    template_id: str = DEFAULT_TEMPLATE
    template_name: str = "Simulator"
    datastreams: tuple[Datastream, ...] = DEMO
    events: Mapping[str, str] = field(default_factory=dict)
    """Descriptions by code; while there are none, any code will do."""
    regions: int = 2
    home: str | None = None  # the region the device lives in; None: the entry region
    host: str = "127.0.0.1"  # the name in redirects; the servers bind 127.0.0.1 only
    domain: str | None = None
    """Regions are hosts of this domain, each on a loopback address of its own and all on
    the same ports, as Blynk's are. `addresses` tells a resolver of names where."""
    mqtt_port: int = 0
    tls_port: int = 0
    ws_port: int = 0
    wss_port: int = 0
    http_port: int = 0
    https_port: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)
    clock: Callable[[], float] = time.time


def _later(seconds: float, call: Callable[[], None]) -> Cancel:
    return asyncio.get_running_loop().call_later(seconds, call).cancel


class Simulator:
    """A running Blynk.Cloud with one device, in the event loop of whoever enters it."""

    def __init__(self, options: SimulatorOptions | None = None) -> None:
        """Prepare; the servers start with `async with` or start()."""
        self.options = options = options or SimulatorOptions()
        if not 1 <= options.regions <= len(REGION_NAMES):
            raise ValueError(f"1 to {len(REGION_NAMES)} regions")
        self.behaviour = options.behaviour
        self.cloud = Cloud(
            template_id=options.template_id,
            template_name=options.template_name,
            datastreams=options.datastreams,
            events=options.events,
            regions={
                name: Region(name, host_of(number, options.domain) or options.host)
                for number, name in enumerate(REGION_NAMES[: options.regions])
            },
            behaviour=options.behaviour,
            clock=options.clock,
            later=_later,
        )
        self.device: Device = self.cloud.add_device(options.token, options.home)
        self.journal = Journal(options.clock, self._wake)
        self._woken = asyncio.Event()
        self._outage: asyncio.Task[None] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._broker: Broker | None = None
        self._web: WebServers | None = None
        self.cloud.watchers.append(self._on_change)

    # Life

    async def __aenter__(self) -> Self:
        """Start every server."""
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every server."""
        await self.stop()

    async def start(self) -> None:
        """Start every server. Raises OSError if a port is taken."""
        self._folder = tempfile.TemporaryDirectory(prefix="blynk-simulator-")
        domain = self.options.domain
        hosts = () if domain is None else (domain, f"*.{domain}")
        tls = issue_certificates(Path(self._folder.name), (*HOSTS, *ADDRESSES, *hosts))
        self._broker = Broker(self.cloud, self.journal, tls)
        self._web = WebServers(self, tls)
        try:
            for name in self.cloud.regions:
                await self._open_region(name, self._broker, self._web)
        except OSError:
            await self.stop()
            raise
        self._broker.start()
        self._web.start()

    async def _open_region(self, name: str, broker: Broker, web: WebServers) -> None:
        like = self.options if name == self.cloud.entry else self._ports_to_share
        wanted = {
            Transport.TCP: like.mqtt_port,
            Transport.TLS: like.tls_port,
            Transport.WS: like.ws_port,
            Transport.WSS: like.wss_port,
        }
        host = self.cloud.regions[name].host
        address = self.addresses.get(host, ADDRESSES[0])
        ports = await broker.add_region(name, address, wanted)
        http_port, https_port = await web.add_region(
            name, address, like.http_port, like.https_port
        )
        self.cloud.regions[name] = Region(
            name,
            host,
            mqtt_port=ports[Transport.TCP],
            tls_port=ports[Transport.TLS],
            ws_port=ports[Transport.WS],
            wss_port=ports[Transport.WSS],
            http_port=http_port,
            https_port=https_port,
        )

    @property
    def _ports_to_share(self) -> Region:
        """The entry's ports where each region has an address, or else free ones."""
        return Region("") if self.options.domain is None else self.entry

    async def stop(self) -> None:
        """End every server and remove the certificates."""
        await self._end_outage()
        self.cloud.confirmations.forget()
        if self._web is not None:
            await self._web.close()
        if self._broker is not None:
            await self._broker.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._web = self._broker = self._folder = None

    @property
    def broker(self) -> Broker:
        """The running broker."""
        if self._broker is None:
            raise RuntimeError("the simulator is not running")
        return self._broker

    # What it is

    @property
    def token(self) -> str:
        """The device's token; empty once it is denied."""
        return self.device.token or ""

    @property
    def template_id(self) -> str:
        """The template's id."""
        return self.cloud.template_id

    @property
    def regions(self) -> dict[str, Region]:
        """The regions by name."""
        return self.cloud.regions

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each region's host name, where there is a domain."""
        if self.options.domain is None:
            return {}
        hosts = [region.host for region in self.cloud.regions.values()]
        return dict(zip(hosts, ADDRESSES, strict=False))

    @property
    def entry(self) -> Region:
        """The region that clients come to first."""
        return self.cloud.regions[self.cloud.entry]

    @property
    def ca_file(self) -> Path:
        """The certificate authority to trust, as PEM."""
        if self._folder is None:
            raise RuntimeError("the simulator is not running")
        return Path(self._folder.name) / "ca.pem"

    # What can be done to it

    async def press(self, name: str, value: AppValue) -> bool:
        """Write a datastream as a widget does; return whether it was delivered.

        Raises LookupError for an unknown datastream, ValueError for a value of another type.
        """
        return self.cloud.press(self.device, name, value)

    async def redirect(
        self,
        region: str | None = None,
        *,
        uri: str | None = None,
        then: Then | None = None,
    ) -> bool:
        """Send the connected device elsewhere; return whether it was connected.

        With a region the device moves there for good. With a URI nothing but the message is
        sent. Without `then`, the behaviour's after_redirect follows.
        """
        after = None if then is None else AFTER_REDIRECT[then]
        return self.cloud.redirect(self.device, region=region, uri=uri, then=after)

    async def drop(self, abort: bool = False) -> int:
        """Cut the device's connections, with FIN or with RST; return how many there were."""
        links = [*self.device.links]
        for link in links:
            link.cut(abort=abort)
        return len(links)

    async def ping(self, timeout: float = 5) -> float:
        """Send downlink/ping at QoS 1 and return the seconds until its PUBACK.

        Raises ConnectionError when the device is not connected and subscribed, or goes away.
        """
        session = self.broker.session_of(self.device)
        if session is None or not session.subscribed("downlink/ping"):
            raise ConnectionError("the device is not subscribed to downlink/ping")
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        acknowledged = session.send_acknowledged("downlink/ping", b"")
        await asyncio.wait([acknowledged], timeout=timeout)
        if not acknowledged.done():
            raise TimeoutError(f"no PUBACK within {timeout} s")
        if acknowledged.cancelled():
            raise ConnectionError("the device has gone away")
        return loop.time() - sent_at

    async def send(self, topic: str, payload: bytes, qos: int = 0) -> bool:
        """Send any message, subscribed or not; return whether the device was connected."""
        session = self.broker.session_of(self.device)
        if session is None:
            return False
        session.send_message(topic, payload, qos)
        return True

    async def send_raw(self, data: bytes, then_close: bool = False) -> bool:
        """Put bytes on the device's wire; return whether it was connected."""
        session = self.broker.session_of(self.device)
        if session is None:
            return False
        session.send_raw(data)
        if then_close:
            session.cut(abort=False)
        return True

    async def stop_listening(self) -> None:
        """Let the brokers of all regions go away; HTTP stays."""
        await self.broker.stop()
        self._wake()

    async def start_listening(self) -> None:
        """Let the brokers come back, on the same ports."""
        self.broker.start()
        self._wake()

    async def outage(self, seconds: float) -> None:
        """Let the brokers go away now, and come back by themselves after that time."""
        await self._end_outage()
        await self.stop_listening()
        self._outage = asyncio.create_task(self._return_after(seconds))

    async def _return_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.start_listening()

    async def _end_outage(self) -> None:
        outage, self._outage = self._outage, None
        if outage is not None:
            outage.cancel()
            await asyncio.gather(outage, return_exceptions=True)

    # Waiting

    def _on_change(self, _change: Change) -> None:
        self._wake()

    def _wake(self) -> None:
        self._woken.set()

    async def wait_for(
        self, predicate: Callable[[], object], timeout: float = 15
    ) -> None:
        """Wait until predicate() is true. Raises TimeoutError with what happened last.

        It is asked after every change here, and now and then for what changes elsewhere.
        """
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    self._woken.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), POLL_INTERVAL)
        except TimeoutError:
            if predicate():
                return
            raise TimeoutError(self._unfulfilled(predicate, timeout)) from None

    def _unfulfilled(self, predicate: Callable[[], object], timeout: float) -> str:
        try:
            source = inspect.getsource(predicate).strip()
        except OSError, TypeError:
            source = repr(predicate)
        newest = "\n".join(f"  {entry}" for entry in [*self.journal][-10:])
        state = f"online: {self.device.online}, home: {self.device.home}"
        return f"not within {timeout} s: {source}\n{state}, newest last:\n{newest}"
