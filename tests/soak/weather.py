"""The weather on the line: what the internet and the cloud do to a session."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import random
from typing import Final, Never

from simulator import Simulator
from simulator.behaviour import Behaviour, OverQuota, OverRate, Protocols, Unavailable
from simulator.datastreams import DataType
from simulator.simulator import AFTER_REDIRECT

from ..faults import mishaps
from ..faults.proxy import Fault as Mishap, Plan, Proxy, Way
from ..skipped_time import SkippedTime
from .books import Books
from .diligence import Diligence
from .exposures import TEMPLATE

type Fault = Callable[["Weather"], Awaitable[None]]

MINUTE: Final = 60.0
HOUR: Final = 3600.0
_PAUSE: Final = 40 * MINUTE
"""Mean seconds of fair weather."""
_WATCH: Final = 5.0
_GARBAGE: Final = (
    ("downlink/unknown", b"x"),
    ("downlink/ds", b""),
    ("downlink/ds/", b"1"),
    ("downlink/ds/No Such Thing", b"1"),
    ("downlink/ds/Power Value/more", b"1"),
    ("downlink/redirect", b""),
    ("downlink/redirect", b"\xff\xfe"),
    ("downlink/redirect", b"http://127.0.0.1/"),
    ("downlink/redirect", b"mqtt://127.0.0.1:99999"),
    ("downlink/ota/json", b"{"),
    ("downlink/ota/json", b'{"url": 1}'),
    ("downlink/loc/all", b"nowhere"),
    ("downlink/utc/all/json", b"[]"),
    ("downlink/meta/x", b"\x00"),
    ("downlink/diag", b"\xff" * 2000),
    ("$SYS/broker", b"1"),
)
_RAW: Final = (
    b"\xff\xff\xff\xff\xff",
    b"\x30\x00",
    b"\x00",
    b"\x20\x02\x00\x05",
    b"\x32\x02a",
)
_FOREIGN: Final = (
    "tls://attacker.example",
    "tcp://attacker.example:1883",
    "mqtts://evil.blynk.cloud.example:8883",
)
_DIAGNOSTICS: Final = (
    "Invalid token",
    "quota exceeded",
    "unknown datastream: Nothing",
    "?",
)


class Weather:
    """What happens to the line, one thing after the other, as the dice will have it."""

    def __init__(
        self,
        simulator: Simulator,
        line: Proxy,
        skipped: SkippedTime,
        recorder: Diligence,
        books: Books,
        dice: random.Random,
    ) -> None:
        """Begin with fair weather."""
        self._simulator = simulator
        self._behaviour = simulator.behaviour
        self._books = books
        self._line = line
        self._skipped = skipped
        self._recorder = recorder
        self._dice = dice
        self._token = simulator.token
        self.seen: Counter[str] = Counter()
        """Faults by kind."""
        self.offline = 0.0
        """Seconds without a session."""

    async def async_change(self) -> Never:
        """Let one fault follow the other for ever."""
        while True:
            await asyncio.sleep(self._dice.expovariate(1 / _PAUSE))
            (fault,) = self._dice.choices(
                [*FAULTS], [weight for _, weight in FAULTS.values()]
            )
            self.seen[fault] += 1
            await self._suffer(FAULTS[fault][0])

    async def async_watch(self) -> Never:
        """Add up how long there is no session."""
        while True:
            await asyncio.sleep(_WATCH)
            if not self._simulator.device.online:
                self.offline += _WATCH

    async def _suffer(self, fault: Fault) -> None:
        """Let something happen, and put everything right again."""
        self._books.disturb()
        try:
            await fault(self)
        finally:
            await self.async_clear()
            self._books.disturb()

    async def async_clear(self) -> None:
        """Have the weather fair."""
        self._behaviour.apply(Behaviour().as_json())
        if self._simulator.device.token is None:
            self._simulator.device.token = self._token
        if not self._simulator.broker.listening:
            await self._simulator.start_listening()
        self._line.plan = None
        for traffic in self._line.traffic.values():
            traffic.delay, traffic.rate, traffic.swallow = 0.0, None, False
        self._skipped.shifted = 0.0
        self._recorder.delay = 0.0

    # --- How long -----------------------------------------------------------------

    async def _for(self, shortest: float, longest: float) -> None:
        """Let time pass, more often short than long."""
        share = self._dice.random() ** 2
        await asyncio.sleep(shortest + (longest - shortest) * share)

    async def _while(
        self, shortest: float, longest: float, **behaviour: object
    ) -> None:
        """Let the cloud behave differently for a while."""
        self._behaviour.apply(behaviour)
        await self._for(shortest, longest)

    async def _cut(self) -> None:
        """Cut the line."""
        await self._simulator.drop(abort=self._dice.random() < 0.5)

    # --- Faults of the line ---------------------------------------------------------

    async def drop(self) -> None:
        """Lose the connection."""
        await self._cut()

    async def flap(self) -> None:
        """Lose it several times within minutes."""
        for _ in range(self._dice.randint(3, 8)):
            await self._cut()
            await self._for(1, MINUTE)

    async def short_outage(self) -> None:
        """Have no internet for seconds."""
        await self._simulator.stop_listening()
        await self._for(1, MINUTE)

    async def long_outage(self) -> None:
        """Have no internet for minutes to hours."""
        await self._simulator.stop_listening()
        await self._for(MINUTE, 8 * HOUR)

    async def mute(self) -> None:
        """Meet a server that accepts connections and says nothing."""
        await self._cut()
        await self._while(MINUTE, 10 * MINUTE, mute=True)
        # What it has accepted it would hold for ever.
        await self._simulator.stop_listening()

    async def half_open(self) -> None:
        """Lose the connection without hearing of it."""
        for connection in self._line.connections:
            if connection.open:
                connection.vanish()
        await self._for(MINUTE, 5 * MINUTE)

    async def swallowed(self) -> None:
        """Have all that is said lost on the way."""
        for way in self._dice.choice(([Way.UP], [Way.DOWN], [*Way])):
            self._line.traffic[way].swallow = True
        await self._for(5, 10 * MINUTE)

    async def slow_line(self) -> None:
        """Have a line with a long way and a narrow pipe."""
        for traffic in self._line.traffic.values():
            traffic.delay = self._dice.uniform(0.05, 2)
            traffic.rate = self._dice.uniform(300, 20_000)
        await self._for(MINUTE, HOUR)

    async def cut_inside(self) -> None:
        """Lose the connection in the middle of a packet."""
        await self._strike(
            self._dice.choice([*Way]),
            self._dice.choice((mishaps.finish, mishaps.reset, mishaps.vanish)),
        )

    async def corrupted(self) -> None:
        """Have bytes changed on the way down, as no checksum lets through."""
        await self._strike(
            Way.DOWN,
            self._dice.choice((mishaps.flip, mishaps.garbage, mishaps.truncate)),
        )

    async def _strike(self, way: Way, mishap: Mishap) -> None:
        """Let something happen at a byte that comes soon."""
        for connection in self._line.connections:
            if connection.open:
                at = connection.gone[way] + self._dice.randint(1, 300)
                self._line.plan = Plan(way, at, mishap)
        await self._for(MINUTE, 10 * MINUTE)

    # --- Faults of the home ---------------------------------------------------------

    async def wrong_clock(self) -> None:
        """Have the time of day wrong, until it is set right.

        Set back in an outage, it hides where that began: what is missing is not told then.
        """
        if not self._simulator.device.online:
            return
        self._skipped.shifted = self._dice.uniform(-1, 1) * self._dice.choice(
            (2, MINUTE, 2 * HOUR)
        )
        await self._for(5, HOUR)

    async def slow_recorder(self) -> None:
        """Have an outage, and then a recorder that is late with what happened."""
        await self._simulator.stop_listening()
        await self._for(MINUTE, 10 * MINUTE)
        await self._simulator.start_listening()
        self._recorder.delay = self._dice.choice((5.0, 50.0, 90.0))
        await self._for(MINUTE, HOUR)

    # --- Faults of the server --------------------------------------------------------

    async def no_puback(self) -> None:
        """Get no acknowledgements."""
        await self._while(5, 10 * MINUTE, withhold_puback=True)

    async def slow_puback(self) -> None:
        """Get acknowledgements late, though in time."""
        await self._while(MINUTE, HOUR, puback_delay=self._dice.uniform(0.1, 9))

    async def no_pingresp(self) -> None:
        """Get no answers to pings."""
        await self._while(MINUTE, 10 * MINUTE, withhold_pingresp=True)

    async def no_suback(self) -> None:
        """Connect, and get no answer to the subscription."""
        await self._cut()
        await self._while(5, 5 * MINUTE, withhold_suback=True)

    async def slow_suback(self) -> None:
        """Wait for the subscription."""
        await self._cut()
        await self._while(MINUTE, 5 * MINUTE, suback_delay=self._dice.uniform(0.1, 9))

    async def no_connack(self) -> None:
        """Connect, and get no answer."""
        await self._cut()
        await self._while(5, 5 * MINUTE, withhold_connack=True)

    async def slow_connack(self) -> None:
        """Wait for the answer."""
        await self._cut()
        await self._while(MINUTE, 5 * MINUTE, connack_delay=self._dice.uniform(0.1, 12))

    async def slammed(self) -> None:
        """Be cut off at the door."""
        await self._cut()
        await self._while(5, 10 * MINUTE, close_before_connack=True)

    async def unavailable(self) -> None:
        """Be refused for a reason that passes."""
        await self._cut()
        reason = self._dice.choice([*Unavailable][1:])
        await self._while(5, 20 * MINUTE, unavailable=reason)

    async def other_version(self) -> None:
        """Meet a server that speaks the other version of MQTT only."""
        await self._cut()
        await self._while(MINUTE, 20 * MINUTE, protocols=Protocols.ONLY_5)

    async def echoes(self) -> None:
        """Hear back what was sent."""
        await self._while(MINUTE, HOUR, echo=True)

    # --- Redirects ---------------------------------------------------------------------

    async def moved(self) -> None:
        """Move to another region, for good."""
        region = self._dice.choice([*self._simulator.regions])
        then = self._dice.choice([*AFTER_REDIRECT])
        await self._simulator.redirect(region, then=then)
        await self._for(1, MINUTE)

    async def redirect_loop(self) -> None:
        """Be sent from region to region."""
        self._behaviour.redirect_always = "next"
        await self._cut()
        await self._for(5, 10 * MINUTE)

    async def foreign_redirect(self) -> None:
        """Be sent where the token must not go."""
        await self._simulator.redirect(uri=self._dice.choice(_FOREIGN), then="stay")
        await self._for(1, MINUTE)

    # --- Refusals -----------------------------------------------------------------------

    async def denied(self) -> None:
        """Have the token refused, and be known again later."""
        self._simulator.cloud.deny(self._simulator.device)
        await self._for(5, HOUR)

    async def second_client(self) -> None:
        """Be thrown out by another client on the same token, again and again."""
        for _ in range(self._dice.randint(1, 6)):
            for link in [*self._simulator.device.links]:
                link.cut(abort=False)
            await self._for(1, 10)

    async def quota_used_up(self) -> None:
        """Be refused until somebody buys more messages."""
        self._behaviour.over_quota = OverQuota.REFUSE
        await self._while(5, HOUR, monthly_quota=1)

    async def low_rate(self) -> None:
        """Be cut off for what is a burst to others."""
        self._behaviour.over_rate = OverRate.DISCONNECT
        await self._while(MINUTE, HOUR, max_rate=3)

    # --- Messages -------------------------------------------------------------------------

    async def garbage(self) -> None:
        """Get messages that mean nothing."""
        for _ in range(self._dice.randint(1, 40)):
            topic, payload = self._dice.choice(_GARBAGE)
            await self._simulator.send(topic, payload, self._dice.randint(0, 1))
            name = self._dice.choice(
                [item.name for item in TEMPLATE if item.type is not DataType.STRING]
            )
            await self._simulator.send(f"downlink/ds/{name}", b"\xffno number")

    async def malformed(self) -> None:
        """Get bytes that are no MQTT."""
        await self._simulator.send_raw(self._dice.choice(_RAW))
        await self._for(1, MINUTE)

    async def diagnostics(self) -> None:
        """Hear diagnostics, with the token in some."""
        for _ in range(self._dice.randint(1, 20)):
            text = f"{self._dice.choice(_DIAGNOSTICS)} {self._token}"
            self._simulator.cloud.diagnose(self._simulator.device, text)
        await self._for(1, MINUTE)


FAULTS: Final[dict[str, tuple[Fault, int]]] = {
    "connection lost": (Weather.drop, 4),
    "line flaps": (Weather.flap, 2),
    "outage of seconds": (Weather.short_outage, 3),
    "outage of minutes to hours": (Weather.long_outage, 2),
    "mute server": (Weather.mute, 2),
    "half-open connection": (Weather.half_open, 2),
    "all is lost on the way": (Weather.swallowed, 2),
    "slow line": (Weather.slow_line, 2),
    "cut inside a packet": (Weather.cut_inside, 2),
    "corrupted bytes": (Weather.corrupted, 1),
    "wrong time of day": (Weather.wrong_clock, 2),
    "slow recorder": (Weather.slow_recorder, 1),
    "no PUBACK": (Weather.no_puback, 2),
    "slow PUBACK": (Weather.slow_puback, 1),
    "no PINGRESP": (Weather.no_pingresp, 1),
    "no SUBACK": (Weather.no_suback, 1),
    "slow SUBACK": (Weather.slow_suback, 1),
    "no CONNACK": (Weather.no_connack, 1),
    "slow CONNACK": (Weather.slow_connack, 1),
    "closed before CONNACK": (Weather.slammed, 1),
    "server unavailable": (Weather.unavailable, 1),
    "other MQTT version only": (Weather.other_version, 1),
    "values echoed": (Weather.echoes, 1),
    "moved to another region": (Weather.moved, 3),
    "redirect loop": (Weather.redirect_loop, 1),
    "redirect to a foreign host": (Weather.foreign_redirect, 1),
    "token refused for a while": (Weather.denied, 1),
    "second client": (Weather.second_client, 1),
    "month's messages used up": (Weather.quota_used_up, 1),
    "lower rate limit": (Weather.low_rate, 1),
    "meaningless messages": (Weather.garbage, 2),
    "malformed packets": (Weather.malformed, 1),
    "diagnostics": (Weather.diagnostics, 1),
}
