"""The session as a state machine: whatever servers, the user and time do, in any order.

Real sockets on 127.0.0.1, the real session, outbox, pacer and departures; only the names
of the servers and the idle time are made up.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import note, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.blynk_bridge.departures import Departures
from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import InvalidToken
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.messages import (
    DatastreamWrite,
    Diagnostic,
    Downlink,
    MetadataValue,
    Ping,
    Reboot,
)
from custom_components.blynk_bridge.device.month import FREE_PLAN, Month, Plan
from custom_components.blynk_bridge.device.outbox import Outbox, Parcel
from custom_components.blynk_bridge.device.pacing import Lane, Pacer
from custom_components.blynk_bridge.device.session import (
    DeviceSession,
    SessionSettings,
    SessionState,
    SessionStatus,
)
from custom_components.blynk_bridge.device.values import DataType, Value, to_text
from simulator.certificates import issue_certificates
from simulator.mqtt.packets import V5, V311

from ..device.conftest import INFO, TOKEN
from ..skipped_time import skipped_time
from .cloud import Cloud, Host, Mood, Peer
from .effort import effort
from .loops import check_closed, descriptors
from .test_streams import packets

HOME: Final = "home.example"
SUB: Final = "eu.home.example"
FRIEND: Final = "friend.example"
EVIL: Final = "evil.example"
LOOKALIKE: Final = "home.example.evil.example"
TRUSTED: Final = (HOME, SUB, FRIEND)

SETTLED: Final = 0.02
"""Seconds after which nothing moves on the wire any more."""
STOPPED_WITHIN: Final = 2.0
HEALED_WITHIN: Final = 700.0
"""Two longest pauses, and two attempts that time out."""
SENT_WITHIN: Final = 1000.0
"""A server that has said it takes no more is left alone for a quarter of an hour."""
NAMES: Final = ("A", "B", "C", "Küche", 'quote"d', "long " + "x" * 100)
LENGTHS: Final = (0.1, 0.3, 0.5, 1.0, 3.0, 9.9, 12.0, 46.0, 70.0, 300.0, 3600.0)
REFUSALS: Final = ((3, 0x88), (4, 0x86), (5, 0x87), (1, 0x84), (2, 0x85), (3, 0x9D))
BAD_TOKEN: Final = REFUSALS[1:3]

hosts = st.sampled_from(TRUSTED)
names = st.sampled_from(NAMES)
targets = st.sampled_from(
    [*TRUSTED, *TRUSTED, EVIL, LOOKALIKE, "downgrade", "nobody", "garbage", "token"]
)


@cache
def certificates() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS contexts of the servers, and of who trusts them."""
    with TemporaryDirectory() as folder:
        everybody = (*TRUSTED, EVIL, LOOKALIKE)
        served = issue_certificates(Path(folder), everybody)
        authority = Path(folder) / "ca.pem"
        return served, ssl.create_default_context(cafile=str(authority))


@dataclass
class Thing:
    """What is exposed under a name: a type, a value, and where the value comes from."""

    data_type: DataType
    value: Value | None = None

    def read(self) -> Value | None:
        """Return the value as it is now."""
        return self.value


class Life(RuleBasedStateMachine):
    """A device and its servers, and what may befall them."""

    def __init__(self) -> None:
        """Begin a time of our own."""
        super().__init__()
        self.before = descriptors()
        self.sound = True
        self.runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.loop = self.runner.get_loop()
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _, what: self.errors.append(what))
        self.stack = ExitStack()
        self.skipped = self.stack.enter_context(skipped_time(self.loop))
        self.cloud = Cloud(TOKEN, self.loop)
        self.things: dict[str, Thing] = {}
        self.refused: set[str] = set()
        self.heard: list[Downlink] = []
        self.statuses: list[SessionStatus] = []
        self.spent = 0
        self.task: asyncio.Task[None] | None = None
        self.sender: asyncio.Task[None] | None = None

    def run(self, *, seconds: float = SETTLED) -> None:
        """Let the world go on, until nothing moves on the wire."""
        self.loop.run_until_complete(asyncio.sleep(seconds))

    # --- The beginning -----------------------------------------------------------

    @initialize(
        protocol=st.sampled_from(Protocol),
        encrypted=st.sampled_from([False, False, False, True]),
        luck=st.sampled_from([0.2, 0.6, 1.0]),
        plan=st.sampled_from([None, FREE_PLAN]),
    )
    def begin(
        self, protocol: Protocol, encrypted: bool, luck: float, plan: int | None
    ) -> None:
        """Open the servers, and start the session."""
        tls, trusting = certificates() if encrypted else (None, None)
        self.trusting: ssl.SSLContext | None = trusting
        self.encrypted = encrypted
        self.luck = luck
        self.hosts = {name: Host(self.cloud, name, tls=tls) for name in TRUSTED}
        self.forbidden = [
            Host(self.cloud, EVIL, forbidden=True, tls=tls),
            Host(self.cloud, LOOKALIKE, forbidden=True, tls=tls),
            Host(self.cloud, SUB, forbidden=True, tls=None),
        ]
        self.cloud.hosts = [*self.hosts.values(), *self.forbidden]
        for host in self.cloud.hosts:
            self.loop.run_until_complete(host.open())
        self.settings = SessionSettings(
            endpoint=Endpoint.at(
                HOME,
                Transport.TLS if encrypted else Transport.TCP,
                self.hosts[HOME].port,
            ),
            token=TOKEN,
            info=INFO,
            protocol=protocol,
            allowed_hosts=frozenset({FRIEND}),
        )
        self.month = Month(self.skipped.wall, Plan(plan))
        self.pacer = Pacer(self.loop.time, self.month)
        self.start()

    @precondition(lambda self: self.task is None)
    @rule()
    def start(self) -> None:
        """Start the session with a snapshot of the house, as Home Assistant does."""
        self.outbox = Outbox()
        self.refused.clear()
        for name, thing in self.things.items():
            self.outbox.put(name, thing.data_type, thing.read, Lane.ROUTINE)
        self.session = DeviceSession(
            self.settings,
            tls=self.trusting,
            on_message=self.heard.append,
            on_status=self.hear_status,
            on_publish=self.count,
            announces=self.announce,
            jitter=lambda low, high: low + self.luck * (high - low),
            resolve=self.cloud.resolve,
        )
        self.departures = Departures(
            self.session,
            self.pacer,
            self.outbox,
            on_leaving=lambda _: None,
            on_answered=self.hear_answer,
            on_sent=lambda: None,
        )
        self.task = self.loop.create_task(self.session.run())
        self.sender = self.loop.create_task(self.departures.async_run())
        self.run()

    @precondition(lambda self: self.task is not None)
    @rule()
    def stop(self) -> None:
        """Stop the session: it is over soon, and nothing of it stays."""

        async def stop() -> float:
            began = self.loop.time()
            running = {each for each in (self.task, self.sender) if each is not None}
            for each in running:
                each.cancel()
            await asyncio.wait(running)
            took = self.loop.time() - began
            await asyncio.sleep(SETTLED)
            return took

        assert self.loop.run_until_complete(stop()) <= STOPPED_WITHIN
        self.task = self.sender = None
        assert not self.session.ready
        assert not any(peer.alive for peer in self.cloud.peers)
        assert not asyncio.all_tasks(self.loop)

    def hear_status(self, status: SessionStatus) -> None:
        """Hold a status against what the wire shows."""
        self.statuses.append(status)
        check = self.cloud.check
        check(status.endpoint.host in TRUSTED, f"no {status}")
        check(TOKEN not in f"{status!r}{status.error!s}", "no token in a status")
        if status.state is SessionState.READY:
            served = [peer for peer in self.cloud.peers if peer.subscribed_at]
            check(bool(served), "ready only where a server has answered")
        if status.state is SessionState.WAITING:
            check(status.error is not None, "a reason to wait")
            check(not any(peer.alive for peer in self.cloud.peers), "waiting offline")

    def hear_answer(self, parcel: Parcel, arrived: bool) -> None:
        """Note what a server does not take; it is not sent again."""
        for name in parcel.values:
            if not arrived and not self.outbox.is_unsent(name):
                self.refused.add(name)

    def count(self) -> None:
        """Count a message that the session sends by itself, or for somebody."""
        self.spent += 1
        self.month.count()

    def announce(self, _: Endpoint) -> bool:
        """Let every connection begin with `info/mcu`, which the pacer counts as well."""
        self.pacer.spend(Lane.CONFIRMATION)
        return True

    # --- The house ---------------------------------------------------------------

    @rule(
        name=names,
        value=st.one_of(
            st.integers(-3, 3), st.sampled_from(["x", "ü" * 30, "y" * 850])
        ),
        lane=st.sampled_from(Lane),
        forced=st.booleans(),
    )
    def change(self, name: str, value: Value, lane: Lane, forced: bool) -> None:
        """Change a state; what is not exposed yet is from now on."""
        data_type = DataType.STRING if isinstance(value, str) else DataType.INTEGER
        thing = self.things.setdefault(name, Thing(data_type))
        thing.data_type, thing.value = data_type, value
        self.refused.discard(name)
        self.outbox.put(name, data_type, thing.read, lane, forced=forced)
        self.departures.wake()

    @rule(name=names)
    def remove(self, name: str) -> None:
        """Remove an exposure."""
        self.things.pop(name, None)
        self.outbox.discard(name)

    @rule(seconds=st.sampled_from(LENGTHS))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.run(seconds=seconds)

    # --- The servers ---------------------------------------------------------------

    @rule(
        host=hosts,
        refusal=st.sampled_from(REFUSALS),
        refer=st.one_of(st.none(), targets),
    )
    def refuse(self, host: str, refusal: tuple[int, int], refer: str | None) -> None:
        """Let nobody in any more, perhaps with a hint where to go."""
        mood = self.hosts[host].mood
        mood.refuse = refusal
        mood.refer = None if refer is None else self.text_of(refer)

    @rule(host=hosts, where=targets)
    def redirect_all(self, host: str, where: str) -> None:
        """Send everybody elsewhere who connects."""
        self.hosts[host].mood.redirect = self.text_of(where)

    @rule(host=hosts, flaw=st.sampled_from(["mute", "hang_up"]))
    def fail(self, host: str, flaw: str) -> None:
        """Let a server be of no use."""
        setattr(self.hosts[host].mood, flaw, True)

    @rule(host=hosts, answer=st.sampled_from(["suback", "puback", "pong"]))
    def withhold(self, host: str, answer: str) -> None:
        """Let a server not answer."""
        setattr(self.hosts[host].mood, answer, False)

    @rule(host=hosts, code=st.sampled_from([0x10, 0x80, 0x87, 0x97]))
    def take_no_values(self, host: str, code: int) -> None:
        """Let a server refuse messages, where MQTT 5 has a word for it."""
        self.hosts[host].mood.puback_code = code

    @rule(host=hosts)
    def shut(self, host: str) -> None:
        """Let a server listen no more; connections it has stay."""
        self.hosts[host].shut()

    @rule(host=hosts)
    def recover(self, host: str) -> None:
        """Let a server work again."""
        self.hosts[host].mood = Mood()
        self.hosts[host].away = False

    def text_of(self, target: str) -> str:
        """Return the text of a redirect to a target."""
        match target:
            case "downgrade":
                return (
                    self.forbidden[2].uri if self.encrypted else self.forbidden[0].uri
                )
            case "nobody":
                scheme = "mqtts" if self.encrypted else "mqtt"
                return f"{scheme}://{SUB}:1"
            case "garbage":
                return "mqtts://blynk.cloud@evil.example\\@x"
            case "token":
                return f"mqtts://{TOKEN}.{HOME}"
        return next(host.uri for host in self.cloud.hosts if host.name == target)

    # --- The line --------------------------------------------------------------------

    # What a rule needs of the wire it looks for itself: a precondition that depends on
    # it would not come out the same each time.

    @rule(abort=st.booleans(), half=st.sampled_from([b"", b"\x30\x20\x00\x0ddown"]))
    def cut(self, abort: bool, half: bytes) -> None:
        """End the connection, perhaps in the middle of a packet."""
        for peer in self.cloud.peers:
            peer.write(half)
            peer.close(abort=abort)
        self.run()

    @rule(where=targets)
    def redirect(self, where: str) -> None:
        """Send the client elsewhere in the middle of its work."""
        for peer in self.cloud.peers:
            peer.publish("downlink/redirect", self.text_of(where).encode())
        self.run()

    @rule(
        topic=st.sampled_from(["downlink/ds/A", "downlink/diag", "downlink/meta/A"]),
        text=st.sampled_from(["1", "", "ü", TOKEN, "z" * 1000]),
        qos=st.integers(0, 1),
    )
    def write(self, topic: str, text: str, qos: int) -> None:
        """Send a message: it is heard, once, and without the token."""
        if (peer := self.serving) is None:
            return
        before = len(self.heard)
        peer.publish(topic, text.encode(), packet_id=qos * 7)
        self.run()
        shown = text.replace(TOKEN, "[token]")
        messages: dict[str, Downlink] = {
            "downlink/ds/A": DatastreamWrite("A", shown),
            "downlink/diag": Diagnostic(shown),
            "downlink/meta/A": MetadataValue("A", shown),
        }
        assert self.heard[before:] == [messages[topic]]

    @rule()
    def ping_and_reboot(self) -> None:
        """Send what has no text; a second copy of it is one more."""
        if (peer := self.serving) is None:
            return
        before = len(self.heard)
        peer.publish("downlink/ping", b"", packet_id=9)
        peer.publish("downlink/reboot", b"", packet_id=10)
        self.run()
        assert self.heard[before:] == [Ping(), Reboot()]

    @rule(data=st.one_of(packets(V311), packets(V5), st.binary(max_size=9)))
    def disturb(self, data: bytes) -> None:
        """Send any packet, or none."""
        for peer in self.cloud.peers:
            peer.disturbed = True
            peer.write(data)
        self.run()

    @rule(twice=st.booleans())
    def acknowledge_late(self, twice: bool) -> None:
        """Send the PUBACKs that were withheld."""
        for peer in self.cloud.peers:
            for packet_id in peer.unacknowledged * (1 + twice):
                peer.acknowledge(packet_id)
            peer.unacknowledged.clear()
        self.run()

    @property
    def serving(self) -> Peer | None:
        """Return the connection of a session that is ready, if its stream is sound."""
        peer = self.cloud.serving if self.task and self.session.ready else None
        return None if peer is None or peer.disturbed else peer

    # --- What holds always -------------------------------------------------------

    @invariant()
    def nothing_is_wrong_on_the_wire(self) -> None:
        """As every server has seen it."""
        self.sound = False
        self.run()
        assert not self.cloud.wrong, self.cloud.wrong
        assert not self.errors, self.errors
        assert sum(peer.alive for peer in self.cloud.peers) <= 1
        assert self.cloud.resolved <= set(TRUSTED)
        # A message is counted when it is known what has become of it.
        link = self.session._link
        on_its_way = 0 if link is None else len(link._acknowledgements)
        assert self.cloud.messages <= self.spent + on_its_way
        self.sound = True

    @invariant()
    def the_outbox_is_bounded(self) -> None:
        """By the number of exposures."""
        if self.statuses:
            assert len(self.outbox) <= len(self.things)

    @invariant()
    def the_status_is_true(self) -> None:
        """Being ready means being served, and having ended means being refused."""
        if self.task is None:
            return
        if self.task.done():
            assert isinstance(self.task.exception(), InvalidToken)
            assert not any(peer.alive for peer in self.cloud.peers)
        elif self.session.ready:
            assert self.session.status.state is SessionState.READY
            serving = self.cloud.serving
            assert serving is not None
            assert serving.host.name == self.session.status.endpoint.host
            assert serving.host.port == self.session.status.endpoint.port

    # --- The end -----------------------------------------------------------------

    @rule()
    def heal(self) -> None:
        """Let every fault end: soon the session is ready, and Blynk has the last values."""
        for name in TRUSTED:
            self.recover(name)
        if self.task is not None and self.task.done():
            self.stop()
        if self.task is None:
            self.start()
        self.until(lambda: self.session.ready, HEALED_WITHIN)
        note(f"healed at {self.session.status}")
        # A stream that is out of step shows when an acknowledgement is missing.
        self.until(self.nothing_waits, HEALED_WITHIN + SENT_WITHIN)
        expected = {
            name: to_text(thing.value, thing.data_type)
            for name, thing in self.things.items()
            if thing.value is not None and name not in self.refused
        }
        found = {name: str(self.cloud.values.get(name)) for name in expected}
        assert found == expected, f"{found} instead of {expected}"

    def nothing_waits(self) -> bool:
        """Return whether everything has been sent and acknowledged."""
        return not any(map(self.outbox.is_unsent, self.things))

    def until(self, condition: Any, seconds: float) -> None:
        """Wait until a condition holds, at most for so long."""
        until = self.loop.time() + seconds
        while not condition():
            assert self.loop.time() < until, (
                f"not after {seconds} s: {self.statuses[-3:]}"
            )
            self.run(seconds=1)

    def teardown(self) -> None:
        """Heal, stop, and see that nothing is left."""
        try:
            if self.sound and self.statuses:
                self.heal()
                self.nothing_is_wrong_on_the_wire()
                self.stop()
        finally:
            for task in (self.task, self.sender):
                if task is not None:
                    task.cancel()
            self.loop.run_until_complete(self.cloud.close())
            self.stack.close()
            self.runner.close()
        if self.sound:
            check_closed(self.before)


@pytest.mark.usefixtures("socket_enabled")
def test_a_session_lives_through_anything() -> None:
    """At most one connection, no message before its time, the token to nobody else."""
    run_state_machine_as_test(
        Life, settings=settings(effort(60), stateful_step_count=40)
    )
