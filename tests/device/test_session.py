"""The device session against the simulator: hand-shake, redirects, reconnects."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
import json
import logging
import ssl

import pytest

from custom_components.blynk_bridge.device.backoff import BACKOFF_MAX
from custom_components.blynk_bridge.device.dial import Resolve, resolve_by_system
from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    BlynkError,
    ConnectionLost,
    InvalidToken,
    LinkError,
    NotConnected,
    ProtocolRefused,
    RedirectRefused,
    TlsError,
    TokenInUse,
    TooManyRedirects,
)
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.messages import (
    DatastreamWrite,
    Diagnostic,
    Downlink,
    FirmwareOffer,
    MetadataValue,
    Ping,
    Publication,
    Reboot,
    Reconfigure,
)
from custom_components.blynk_bridge.device.session import (
    DeviceSession,
    SessionSettings,
    SessionState,
    SessionStatus,
    verify,
)
from simulator import Simulator
from simulator.behaviour import AfterRedirect, Protocols, SecondClient, WrongRegion
from simulator.journal import JournalEntry, Kind

from .conftest import INFO, TOKEN, endpoint, eventually, server, settings

VALUE = Publication("ds/Temperature", b"21.5")


@dataclass
class Running:
    """A session in the background, and all it has said."""

    session: DeviceSession
    task: asyncio.Task[None]
    messages: list[Downlink] = field(default_factory=list)
    statuses: list[SessionStatus] = field(default_factory=list)

    def errors(self) -> list[type[BlynkError]]:
        """Return what the session has backed off for, in order."""
        return [
            type(status.error)
            for status in self.statuses
            if status.state is SessionState.WAITING and status.error is not None
        ]

    async def ready(self, timeout: float = 5) -> None:
        """Wait until the session can send."""
        async with asyncio.timeout(timeout):
            await self.session.wait_ready()

    async def backed_off(self, error: type[BlynkError], timeout: float = 5) -> None:
        """Wait until the session has failed with this error."""
        await eventually(lambda: error in self.errors(), timeout)


@asynccontextmanager
async def running(
    config: SessionSettings,
    tls: ssl.SSLContext | None = None,
    *,
    pause: float = 0.01,
    pauses: list[float] | None = None,
    on_publish: Callable[[], None] = lambda: None,
    announces: Callable[[Endpoint], bool] = lambda _: True,
    resolve: Resolve = resolve_by_system,
) -> AsyncGenerator[Running]:
    """Run a session whose back-off is short, and end it with the block."""
    messages: list[Downlink] = []
    statuses: list[SessionStatus] = []

    def jitter(low: float, high: float) -> float:
        if pauses is not None:
            pauses.append(high)
        return min(high, pause)

    session = DeviceSession(
        config,
        tls=tls,
        on_message=messages.append,
        on_status=statuses.append,
        on_publish=on_publish,
        announces=announces,
        jitter=jitter,
        resolve=resolve,
    )
    task: asyncio.Task[None] = asyncio.create_task(session.run())
    try:
        yield Running(session, task, messages, statuses)
    finally:
        task.cancel()
        await asyncio.wait((task,))


def received(sim: Simulator, region: str | None = None) -> list[JournalEntry]:
    """Return what the server read, without acknowledgements and pings."""
    return [
        entry
        for entry in sim.journal.find(direction="in", region=region)
        if entry.kind in (Kind.CONNECT, Kind.SUBSCRIBE, Kind.PUBLISH, Kind.DISCONNECT)
    ]


def _more_errors(run: Running, than: int) -> bool:
    """Return whether the session has failed once more."""
    return len(run.errors()) > than


# --- The hand-shake --------------------------------------------------------------


@pytest.mark.parametrize("transport", list(Transport))
async def test_connect_subscribe_info_ready(
    sim: Simulator, trusting: ssl.SSLContext, transport: Transport, protocol: Protocol
) -> None:
    """The first three packets, and nothing before them."""
    config = replace(
        settings(sim), endpoint=endpoint(sim.entry, transport), protocol=protocol
    )
    async with running(config, trusting) as run:
        await run.ready()
        await run.session.publish(VALUE)
    await sim.wait_for(lambda: sim.journal.find(Kind.DISCONNECT))
    packets = received(sim)
    assert [(entry.kind, entry.topic) for entry in packets] == [
        (Kind.CONNECT, ""),
        (Kind.SUBSCRIBE, "downlink/#"),
        (Kind.PUBLISH, "info/mcu"),
        (Kind.PUBLISH, "ds/Temperature"),
        (Kind.DISCONNECT, ""),
    ]
    assert json.loads(packets[2].payload) == {
        "tmpl": "TMPLabcd1234",
        "ver": "0.1.0",
        "build": "Nov 22 2026 12:00:00",
        "type": "TMPLabcd1234",
        "rxbuff": 1024,
    }
    assert packets[2].time - packets[1].time >= 0.45
    assert run.session.messages_sent == 2


async def test_every_publish_is_told(sim: Simulator, protocol: Protocol) -> None:
    """Also the one whose acknowledgement never comes: the cloud may have counted it."""
    told: list[int] = []
    config = replace(settings(sim), protocol=protocol)
    async with running(config, on_publish=lambda: told.append(1)) as run:
        with pytest.raises(NotConnected):
            await run.session.publish(VALUE)
        assert not told
        await run.ready()
        assert len(told) == 1
        sim.behaviour.withhold_puback = True
        publishing = asyncio.ensure_future(run.session.publish(VALUE))
        await eventually(lambda: sim.journal.find(Kind.PUBLISH, topic=VALUE.topic))
        await sim.drop()
        with pytest.raises(ConnectionLost):
            await publishing
        assert len(told) == run.session.messages_sent == 2


async def test_a_line_that_flaps_need_not_announce_itself(sim: Simulator) -> None:
    """Ready all the same, and asked once for each connection that has lasted."""
    asked: list[Endpoint] = []

    def announces(server: Endpoint) -> bool:
        asked.append(server)
        return len(asked) == 1

    async with running(settings(sim), announces=announces) as run:
        await run.ready()
        await sim.drop()
        await eventually(lambda: not run.session.ready)
        await run.ready()
        await run.session.publish(VALUE)
        assert run.session.messages_sent == 2
    assert asked == [endpoint(sim.entry, Transport.TCP)] * 2
    assert len(sim.journal.find(Kind.PUBLISH, topic="info/mcu")) == 1


async def test_nothing_can_be_sent_without_a_session(sim: Simulator) -> None:
    """A caller that does not wait is told."""
    async with running(settings(sim)) as run:
        with pytest.raises(NotConnected):
            await run.session.publish(VALUE)


async def test_a_dead_link_takes_no_further_message(sim: Simulator) -> None:
    """Who learns of its end by a message finds no session, and spends no other one."""
    session = DeviceSession(settings(sim), tls=None, on_message=lambda _: None)
    running_session = asyncio.create_task(session.run())
    try:
        await session.wait_ready()
        sim.behaviour.withhold_puback = True
        publishing = asyncio.create_task(session.publish(VALUE))
        await sim.wait_for(lambda: sim.journal.find(Kind.PUBLISH, topic=VALUE.topic))
        await sim.drop()
        with pytest.raises(ConnectionLost):
            await publishing
        sent = session.messages_sent
        assert not session.ready
        with pytest.raises(NotConnected):
            await session.publish(VALUE)
        assert session.messages_sent == sent
    finally:
        running_session.cancel()
        await asyncio.wait((running_session,))


async def test_downlinks_become_typed_messages(sim: Simulator) -> None:
    """Each topic of the protocol has its type."""
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.press("Switch", 1)
        for topic, payload in (
            ("downlink/meta/Device Name", b"Home"),
            ("downlink/diag", b"wrong type"),
            ("downlink/ping", b""),
            ("downlink/reboot", b""),
            ("downlink/reconfigure", b""),
            ("downlink/ota/json", b'{"ver":"1.2"}'),
        ):
            await sim.send(topic, payload, qos=1)
        await eventually(lambda: len(run.messages) == 7)
    assert run.messages == [
        DatastreamWrite("Switch", "1"),
        MetadataValue("Device Name", "Home"),
        Diagnostic("wrong type"),
        Ping(),
        Reboot(),
        Reconfigure(),
        FirmwareOffer("1.2"),
    ]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("downlink/ds/Text", b"\xff\xfe"),
        ("downlink/ds/Text", b"x" * 1_000_000),
        ("downlink/ota/json", b"[" * 1000),
        ("downlink/ota/json", b"[1]"),
        ("downlink/nonsense", b"1"),
        ("elsewhere/ds/Text", b"1"),
        ("downlink/redirect", b""),
        ("downlink/redirect", b"not a uri"),
        ("downlink/redirect", b"mqtt://host:99999"),
        ("downlink/redirect", b'{"host": 7}'),
        ("downlink/redirect", b"mqtt://" + b"a" * 64 + b".example"),
        ("downlink/redirect", b"http://127.0.0.1:80"),
    ],
)
async def test_a_bad_downlink_is_one_debug_line(
    sim: Simulator, topic: str, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing changes, and the session lives."""
    caplog.set_level(logging.DEBUG, "custom_components.blynk_bridge.device.session")
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.send(topic, payload)
        await sim.send("downlink/diag", b"still here")
        await eventually(lambda: run.messages)
        assert run.session.status.state is SessionState.READY
    assert run.messages == [Diagnostic("still here")]
    lines = [r for r in caplog.records if "Ignored" in r.message]
    assert len(lines) == 1
    assert lines[0].levelno == logging.DEBUG
    assert len(lines[0].message) < 300


@pytest.mark.parametrize(
    ("topic", "text", "message"),
    [
        ("diag", f"bad token {TOKEN}!", Diagnostic("bad token [token]!")),
        ("diag", TOKEN.upper(), Diagnostic("[token]")),
        ("ota/json", f'{{"ver": "{TOKEN}"}}', FirmwareOffer("[token]")),
        ("ds/Text", f"is {TOKEN}", DatastreamWrite("Text", "is [token]")),
        (f"ds/{TOKEN}", "1", DatastreamWrite("[token]", "1")),
        (f"meta/{TOKEN}", TOKEN, MetadataValue("[token]", "[token]")),
    ],
)
async def test_what_the_server_says_is_scrubbed(
    sim: Simulator, topic: str, text: str, message: Downlink
) -> None:
    """Whatever quotes the token is handed on without it: it may end up in a state."""
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.send(f"downlink/{topic}", text.encode())
        await eventually(lambda: run.messages)
    assert run.messages == [message]
    assert TOKEN not in repr(settings(sim))


@pytest.mark.parametrize("spelling", [str, str.upper])
async def test_a_redirect_to_the_token_is_told_to_nobody(
    sim: Simulator,
    spelling: Callable[[str], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A host name made of it would end up in an error and a repair issue."""
    caplog.set_level(logging.DEBUG)
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.redirect(uri=f"mqtt://{spelling(TOKEN)}.example", then="stay")
        await sim.send("downlink/diag", b"still here")
        await eventually(lambda: run.messages)
        assert not run.errors()
    assert TOKEN not in caplog.text.lower()


# --- Redirects -------------------------------------------------------------------


@pytest.mark.parametrize("after", list(AfterRedirect))
async def test_a_redirect_before_suback_is_followed_at_once(
    sim: Simulator, protocol: Protocol, after: AfterRedirect
) -> None:
    """Whether the server closes, stays or says DISCONNECT."""
    sim.behaviour.redirect_before_suback = True
    sim.behaviour.after_redirect = after
    sim.device.home = "ny3" if "ny3" in sim.regions else list(sim.regions)[1]
    home = sim.regions[sim.device.home]
    started = asyncio.get_running_loop().time()
    async with running(replace(settings(sim), protocol=protocol)) as run:
        await run.ready()
        assert asyncio.get_running_loop().time() - started < 2.5
        await run.session.publish(VALUE)
        assert run.session.status.endpoint == endpoint(home)
        assert run.session.home == endpoint(home)
    assert not run.errors()
    assert [entry.topic for entry in received(sim, home.name)][2:4] == [
        "info/mcu",
        "ds/Temperature",
    ]
    assert not sim.journal.find(Kind.PUBLISH, direction="in", region=sim.entry.name)


@pytest.mark.parametrize("transport", list(Transport))
async def test_a_redirect_at_any_moment(
    sim: Simulator, trusting: ssl.SSLContext, transport: Transport
) -> None:
    """The scheme matches the transport, and the session goes on there."""
    other = list(sim.regions.values())[1]
    config = replace(settings(sim), endpoint=endpoint(sim.entry, transport))
    async with running(config, trusting) as run:
        await run.ready()
        await sim.redirect(other.name, then="stay")
        await sim.wait_for(lambda: sim.device.region == other.name)
        await run.ready()
        await run.session.publish(VALUE)
        assert run.session.status.endpoint == endpoint(other, transport)
    assert sim.journal.find(Kind.DISCONNECT, direction="in", region=sim.entry.name)
    assert not run.errors()


async def test_the_home_server_is_tried_first(sim: Simulator) -> None:
    """What a redirect taught the last time saves it the next time."""
    other = list(sim.regions.values())[1]
    sim.device.home = other.name
    async with running(replace(settings(sim), home=endpoint(other))) as run:
        await run.ready()
    assert not sim.journal.find(region=sim.entry.name)


async def test_a_dead_home_is_forgotten(sim: Simulator, socket_enabled: None) -> None:
    """After three failures the configured server is asked again."""

    async def refuse(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1)

    async with server(refuse) as port:
        home = Endpoint(Transport.TCP, "127.0.0.1", port)
        async with running(replace(settings(sim), home=home)) as run:
            await run.ready()
            assert run.session.home is None
    assert run.errors() == [ConnectionLost] * 3


async def test_a_home_that_refuses_the_token_is_not_the_last_word(
    sim: Simulator,
) -> None:
    """Moved back: the configured server decides whether a token is valid."""
    sim.behaviour.wrong_region = WrongRegion.REFUSE
    other = list(sim.regions.values())[1]
    async with running(replace(settings(sim), home=endpoint(other))) as run:
        await run.ready()
        assert run.session.status.endpoint == endpoint(sim.entry)


@pytest.mark.parametrize(
    "target",
    [
        "mqtt://blynk.cloud.example.com:1883",
        "mqtt://127.0.0.2:1883",
        "mqtt://localhost:1883",
        "ws://evil.example/mqtt",
    ],
)
async def test_a_redirect_to_a_stranger_is_refused(sim: Simulator, target: str) -> None:
    """The token stays with who the user gave it to."""
    async with running(settings(sim), pause=0.2) as run:
        await run.ready()
        await sim.redirect(uri=target)
        await run.backed_off(RedirectRefused)
        await run.ready()
    assert sim.entry.name == sim.device.home


async def test_a_redirect_from_tls_to_plain_is_refused(
    sim: Simulator, trusting: ssl.SSLContext
) -> None:
    """Not even to the same address."""
    config = replace(settings(sim), endpoint=endpoint(sim.entry, Transport.TLS))
    async with running(config, trusting) as run:
        await run.ready()
        await sim.redirect(uri=str(endpoint(sim.entry)))
        await run.backed_off(RedirectRefused)
    assert all(e.detail.startswith("tls ") for e in sim.journal.find(Kind.CONNECT))


async def test_an_allowed_host_is_followed(sim: Simulator) -> None:
    """What the user has allowed by name."""
    config = replace(settings(sim), allowed_hosts=frozenset({"localhost"}))
    async with running(config) as run:
        await run.ready()
        await sim.redirect(uri=f"mqtt://localhost:{sim.entry.mqtt_port}")
        await eventually(lambda: run.session.status.endpoint.host == "localhost")
        await run.ready()


async def test_redirects_in_a_circle_back_off(sim: Simulator) -> None:
    """A→B→A is left alone for a while."""
    sim.behaviour.redirect_always = "next"
    pauses: list[float] = []
    async with running(settings(sim), pauses=pauses) as run:
        await run.backed_off(TooManyRedirects)
        await eventually(lambda: len(pauses) >= 3)
    assert pauses[:3] == [1, 2, 4]


async def test_a_redirect_to_where_we_are_is_ignored(sim: Simulator) -> None:
    """It would be a reconnect for nothing."""
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.redirect(uri=str(endpoint(sim.entry)), then="stay")
        await sim.send("downlink/diag", b"still here")
        await eventually(lambda: run.messages)
    assert len(sim.journal.find(Kind.CONNECT)) == 1


async def test_a_redirect_to_a_dead_host_comes_back(sim: Simulator) -> None:
    """The configured server is asked again."""

    async def nobody(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1)

    async with server(nobody) as port:
        pass
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.redirect(uri=f"mqtt://127.0.0.1:{port}")
        await run.backed_off(LinkError)
        await run.ready()
        assert run.session.status.endpoint == endpoint(sim.entry)


# --- Failures --------------------------------------------------------------------


async def test_a_bad_token_ends_the_session(sim: Simulator, protocol: Protocol) -> None:
    """Asking again would be hammering."""
    config = replace(settings(sim), token="x" * 32, protocol=protocol)
    async with running(config) as run:
        async with asyncio.timeout(5):
            with pytest.raises(InvalidToken):
                await run.task
    assert len(sim.journal.find(Kind.CONNECT)) == 1


@pytest.mark.parametrize(
    ("chosen", "served", "version"),
    [
        (Protocol.V5, Protocols.ONLY_311, "3.1.1"),
        (Protocol.V311, Protocols.ONLY_5, "5"),
    ],
)
async def test_the_other_version_of_mqtt_is_tried(
    sim: Simulator, chosen: Protocol, served: Protocols, version: str
) -> None:
    """A server that does not speak ours gets the other, at once."""
    sim.behaviour.protocols = served
    async with running(replace(settings(sim), protocol=chosen)) as run:
        await run.ready()
    assert sim.journal.find(Kind.CONNECT)[-1].detail.startswith(f"tcp {version} ")
    assert not run.errors()


async def test_a_server_of_no_version_is_backed_off_from(
    socket_enabled: None, sim: Simulator
) -> None:
    """Both were refused: that is an error like any other."""

    async def refuse(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1024)
        writer.write(b"\x20\x02\x00\x01")
        await writer.drain()

    async with server(refuse) as port:
        config = replace(
            settings(sim), endpoint=Endpoint(Transport.TCP, "127.0.0.1", port)
        )
        async with running(config) as run:
            await run.backed_off(ProtocolRefused)


async def test_an_outage_heals_by_itself(sim: Simulator, protocol: Protocol) -> None:
    """The broker goes away and comes back on the same port."""
    async with running(replace(settings(sim), protocol=protocol)) as run:
        await run.ready()
        await sim.stop_listening()
        await eventually(lambda: len(run.errors()) >= 3)
        with pytest.raises(NotConnected):
            await run.session.publish(VALUE)
        await sim.start_listening()
        await run.ready()
        await run.session.publish(VALUE)
    assert sim.device.datastreams["Temperature"].value == 21.5


async def test_malformed_data_and_eof_heal_by_themselves(sim: Simulator) -> None:
    """It costs the connection, which comes back."""
    async with running(settings(sim)) as run:
        await run.ready()
        await sim.send_raw(b"\x30\x05\x00\xff\x00\x00\x00", then_close=True)
        await run.backed_off(ConnectionLost)
        await run.ready()
    assert len(sim.journal.find(Kind.CONNECT)) == 2


async def test_back_off_grows_to_five_minutes(socket_enabled: None) -> None:
    """Exponentially, with full jitter below the ceiling."""

    async def nobody(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(1)

    async with server(nobody) as port:
        pass
    config = SessionSettings(
        endpoint=Endpoint(Transport.TCP, "127.0.0.1", port), token=TOKEN, info=INFO
    )
    pauses: list[float] = []
    async with running(config, pause=0, pauses=pauses):
        await eventually(lambda: len(pauses) >= 11)
    assert pauses[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, BACKOFF_MAX, BACKOFF_MAX]


async def test_a_second_client_on_the_token_is_recognised(sim: Simulator) -> None:
    """Dropped within seconds three times running: somebody else is there."""
    sim.behaviour.second_client = SecondClient.OLD_CLOSED
    pauses: list[float] = []
    async with running(settings(sim), pause=0.05, pauses=pauses) as run:
        for _ in range(3):
            await run.ready()
            lives = len(run.errors())
            await sim.drop()
            await eventually(partial(_more_errors, run, lives))
    assert run.errors() == [ConnectionLost, ConnectionLost, TokenInUse]
    assert pauses == [1, 2, BACKOFF_MAX]


async def test_a_takeover_is_named_at_once_on_mqtt_5(sim: Simulator) -> None:
    """The server says so."""
    config = replace(settings(sim), protocol=Protocol.V5)
    async with running(config, pause=60) as first:
        await first.ready()
        async with running(config, pause=60) as second:
            await second.ready()
            await first.backed_off(TokenInUse)


async def test_a_server_reference_is_followed(sim: Simulator) -> None:
    """MQTT 5's own redirect, in a DISCONNECT."""
    other = list(sim.regions.values())[1]
    async with running(replace(settings(sim), protocol=Protocol.V5)) as run:
        await run.ready()
        reference = f"127.0.0.1:{other.mqtt_port}".encode()
        properties = b"\x1c" + len(reference).to_bytes(2) + reference
        body = b"\x9c" + bytes([len(properties)]) + properties
        sim.device.home = other.name
        await sim.send_raw(b"\xe0" + bytes([len(body)]) + body, then_close=True)
        await eventually(lambda: run.session.status.endpoint == endpoint(other))
        await run.ready()
    assert not run.errors()


async def test_stopping_says_disconnect(sim: Simulator) -> None:
    """Blynk shows the device offline at once."""
    async with running(settings(sim)) as run:
        await run.ready()
    await sim.wait_for(lambda: received(sim)[-1].kind is Kind.DISCONNECT)


# --- The live test of credentials --------------------------------------------------


async def test_verify_returns_who_serves_the_device(sim: Simulator) -> None:
    """Redirects are followed on the way."""
    other = list(sim.regions.values())[1]
    sim.device.home = other.name
    assert await verify(settings(sim), None) == endpoint(other)
    await sim.wait_for(lambda: not sim.device.online)


async def test_verify_raises_the_first_failure(sim: Simulator) -> None:
    """Nothing is tried twice while a user waits."""
    with pytest.raises(InvalidToken):
        await verify(replace(settings(sim), token="x" * 32), None)
    with pytest.raises(TlsError):
        await verify(
            replace(settings(sim), endpoint=endpoint(sim.entry, Transport.TLS)),
            ssl.create_default_context(),
        )
    await sim.stop_listening()
    with pytest.raises(LinkError):
        await verify(settings(sim), None)


async def test_a_listener_that_fails_does_not_end_the_link(
    sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug costs the messages that meet it; it is said once, with its traceback."""
    heard: list[Downlink] = []

    def listen(message: Downlink) -> None:
        heard.append(message)
        if len(heard) < 4:
            raise ZeroDivisionError

    session = DeviceSession(settings(sim), tls=None, on_message=listen)
    task: asyncio.Task[None] = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(5):
            await session.wait_ready()
        for value in (1, 0, 1, 0):
            await sim.press("Switch", value)
        await eventually(lambda: len(heard) == 4)
    finally:
        task.cancel()
        await asyncio.wait((task,))
    assert heard[-1] == DatastreamWrite("Switch", "0")
    assert len(sim.journal.find(kind=Kind.CONNECT)) == 1
    assert "ZeroDivisionError" in caplog.text
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 1
