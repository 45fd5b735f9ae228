"""What befalls the cloud, or what it does to a device."""

from typing import Final

from simulator.behaviour import OverQuota, OverRate, Protocols, Unavailable
from simulator.datastreams import DataType
from simulator.simulator import AFTER_REDIRECT

from .exposures import TEMPLATE
from .weather import HOUR, MINUTE, Fault, Weather

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


# --- Faults of the server --------------------------------------------------------


async def no_puback(weather: Weather) -> None:
    """Get no acknowledgements."""
    await weather.behave(5, 10 * MINUTE, withhold_puback=True)


async def slow_puback(weather: Weather) -> None:
    """Get acknowledgements late, though in time."""
    await weather.behave(MINUTE, HOUR, puback_delay=weather.dice.uniform(0.1, 9))


async def no_pingresp(weather: Weather) -> None:
    """Get no answers to pings."""
    await weather.behave(MINUTE, 10 * MINUTE, withhold_pingresp=True)


async def no_suback(weather: Weather) -> None:
    """Connect, and get no answer to the subscription."""
    await weather.cut()
    await weather.behave(5, 5 * MINUTE, withhold_suback=True)


async def slow_suback(weather: Weather) -> None:
    """Wait for the subscription."""
    await weather.cut()
    await weather.behave(MINUTE, 5 * MINUTE, suback_delay=weather.dice.uniform(0.1, 9))


async def no_connack(weather: Weather) -> None:
    """Connect, and get no answer."""
    await weather.cut()
    await weather.behave(5, 5 * MINUTE, withhold_connack=True)


async def slow_connack(weather: Weather) -> None:
    """Wait for the answer."""
    await weather.cut()
    await weather.behave(
        MINUTE, 5 * MINUTE, connack_delay=weather.dice.uniform(0.1, 12)
    )


async def slammed(weather: Weather) -> None:
    """Be cut off at the door."""
    await weather.cut()
    await weather.behave(5, 10 * MINUTE, close_before_connack=True)


async def unavailable(weather: Weather) -> None:
    """Be refused for a reason that passes."""
    await weather.cut()
    reason = weather.dice.choice([*Unavailable][1:])
    await weather.behave(5, 20 * MINUTE, unavailable=reason)


async def other_version(weather: Weather) -> None:
    """Meet a server that speaks the other version of MQTT only."""
    await weather.cut()
    await weather.behave(MINUTE, 20 * MINUTE, protocols=Protocols.ONLY_5)


async def echoes(weather: Weather) -> None:
    """Hear back what was sent."""
    await weather.behave(MINUTE, HOUR, echo=True)


# --- Redirects ---------------------------------------------------------------------


async def moved(weather: Weather) -> None:
    """Move to another region, for good."""
    region = weather.dice.choice([*weather.simulator.regions])
    then = weather.dice.choice([*AFTER_REDIRECT])
    await weather.simulator.redirect(region, then=then)
    await weather.pass_by(1, MINUTE)


async def redirect_loop(weather: Weather) -> None:
    """Be sent from region to region."""
    weather.behaviour.redirect_always = "next"
    await weather.cut()
    await weather.pass_by(5, 10 * MINUTE)


async def foreign_redirect(weather: Weather) -> None:
    """Be sent where the token must not go."""
    await weather.simulator.redirect(uri=weather.dice.choice(_FOREIGN), then="stay")
    await weather.pass_by(1, MINUTE)


# --- Refusals -----------------------------------------------------------------------


async def denied(weather: Weather) -> None:
    """Have the token refused, and be known again later."""
    weather.simulator.cloud.deny(weather.simulator.device)
    await weather.pass_by(5, HOUR)


async def second_client(weather: Weather) -> None:
    """Be thrown out by another client on the same token, again and again."""
    for _ in range(weather.dice.randint(1, 6)):
        for link in [*weather.simulator.device.links]:
            link.cut(abort=False)
        await weather.pass_by(1, 10)


async def quota_used_up(weather: Weather) -> None:
    """Be refused until somebody buys more messages."""
    weather.behaviour.over_quota = OverQuota.REFUSE
    await weather.behave(5, HOUR, monthly_quota=1)


async def low_rate(weather: Weather) -> None:
    """Be cut off for what is a burst to others."""
    weather.behaviour.over_rate = OverRate.DISCONNECT
    await weather.behave(MINUTE, HOUR, max_rate=3)


# --- Messages -------------------------------------------------------------------------


async def garbage(weather: Weather) -> None:
    """Get messages that mean nothing."""
    for _ in range(weather.dice.randint(1, 40)):
        topic, payload = weather.dice.choice(_GARBAGE)
        await weather.simulator.send(topic, payload, weather.dice.randint(0, 1))
        name = weather.dice.choice(
            [item.name for item in TEMPLATE if item.type is not DataType.STRING]
        )
        await weather.simulator.send(f"downlink/ds/{name}", b"\xffno number")


async def malformed(weather: Weather) -> None:
    """Get bytes that are no MQTT."""
    await weather.simulator.send_raw(weather.dice.choice(_RAW))
    await weather.pass_by(1, MINUTE)


async def diagnostics(weather: Weather) -> None:
    """Hear diagnostics, with the token in some."""
    for _ in range(weather.dice.randint(1, 20)):
        text = f"{weather.dice.choice(_DIAGNOSTICS)} {weather.token}"
        weather.simulator.cloud.diagnose(weather.simulator.device, text)
    await weather.pass_by(1, MINUTE)


CLOUD_FAULTS: Final[dict[str, tuple[Fault, int]]] = {
    "no PUBACK": (no_puback, 2),
    "slow PUBACK": (slow_puback, 1),
    "no PINGRESP": (no_pingresp, 1),
    "no SUBACK": (no_suback, 1),
    "slow SUBACK": (slow_suback, 1),
    "no CONNACK": (no_connack, 1),
    "slow CONNACK": (slow_connack, 1),
    "closed before CONNACK": (slammed, 1),
    "server unavailable": (unavailable, 1),
    "other MQTT version only": (other_version, 1),
    "values echoed": (echoes, 1),
    "moved to another region": (moved, 3),
    "redirect loop": (redirect_loop, 1),
    "redirect to a foreign host": (foreign_redirect, 1),
    "token refused for a while": (denied, 1),
    "second client": (second_client, 1),
    "month's messages used up": (quota_used_up, 1),
    "lower rate limit": (low_rate, 1),
    "meaningless messages": (garbage, 2),
    "malformed packets": (malformed, 1),
    "diagnostics": (diagnostics, 1),
}
"""What the cloud does, by its name, and how often."""
