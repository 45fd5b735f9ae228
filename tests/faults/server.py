"""The rows of the cloud: what the simulator can do wrong, or otherwise than is likeliest."""

from collections.abc import Iterator
from typing import Final

from simulator.behaviour import Unavailable
from tests.conftest import TOKEN

from .elsewhere import ELSEWHERE
from .house import House
from .row import Row, all_of, behaves, cut, heal

_RECONNECT: Final = 6.0
_DEADLINE: Final = 10.0
_AFTER_LONG: Final = 310.0
_REFUSED_RETRY: Final = 900.0
_MINUTES: Final = 600.0
_HOUR: Final = 3600.0
_V5: Final = {"protocol": "5"}


# --- Answers -----------------------------------------------------------------------


def _answers() -> Iterator[Row]:
    """Give the rows of what is answered late, or never."""
    for packet, switch, attempts in (
        ("CONNACK", "withhold_connack", 1),
        ("SUBACK", "withhold_suback", 1),
        ("PUBACK", "withhold_puback", 20),
    ):
        yield Row(
            fault=f"No {packet} comes for ten minutes",
            begin=all_of(behaves(**{switch: True}), cut),
            lasts=_MINUTES,
            offline=1.0,
            outages=(1, attempts),
            within=_AFTER_LONG,
            spends=8 + attempts,
        )
    yield Row(
        fault="No PINGRESP comes for ten minutes, and nothing is to be sent",
        begin=behaves(withhold_pingresp=True),
        live=(),
        lasts=_MINUTES,
        offline=95,
        outages=(4, 8),
        within=_RECONNECT,
        spends=40,
    )
    for packet, switch in (
        ("CONNACK", "connack_delay"),
        ("SUBACK", "suback_delay"),
        ("PUBACK", "puback_delay"),
    ):
        yield Row(
            fault=f"{packet} takes eight seconds, for ten minutes",
            begin=all_of(behaves(**{switch: 8.0}), cut),
            lasts=_MINUTES,
            offline=1.0,
            within=_RECONNECT,
            spends=14,
        )
        yield Row(
            fault=f"{packet} takes twelve seconds, for ten minutes",
            begin=all_of(behaves(**{switch: 12.0}), cut),
            lasts=_MINUTES,
            offline=1.0,
            outages=(1, 20 if packet == "PUBACK" else 1),
            within=_AFTER_LONG,
            spends=24 if packet == "PUBACK" else 8,
        )
    yield Row(
        fault="Connections are closed before CONNACK, for ten minutes",
        begin=all_of(behaves(close_before_connack=True), cut),
        lasts=_MINUTES,
        offline=1.0,
        within=_AFTER_LONG,
        spends=8,
    )
    yield Row(
        fault="The server falls mute, for ten minutes",
        begin=behaves(mute=True),
        lasts=_MINUTES,
        offline=_DEADLINE + 1,
        within=_AFTER_LONG,
        spends=8,
    )
    yield Row(
        fault="Questions are not answered, and a widget is used after one",
        begin=all_of(behaves(withhold_answers=True), wait_for_the_check),
        live=(House.press_fan, House.fan_agrees),
        issue="unknown_datastreams",
        lasts=20,
        within=_HOUR + 60,
        spends=16,
        remark="The command is taken for the answer: the widget goes back.",
    )
    yield Row(
        fault="Each value is refused as invalid, for ten minutes (MQTT 5)",
        begin=behaves(puback_code=0x99),
        # One for each datastream that has changed.
        warnings=5,
        entry=_V5,
        lasts=_MINUTES,
        within=2 * _HOUR,
        spends=40,
    )
    yield Row(
        fault="Values are refused for the quota's sake, for ten minutes (MQTT 5)",
        begin=behaves(puback_code=0x97),
        warnings=1,
        entry=_V5,
        lasts=_MINUTES,
        within=_HOUR,
        spends=24,
    )


def _subscriptions() -> Iterator[Row]:
    """Give the rows of a server that does not let us listen."""
    for entry, answer, words in (
        ({}, "failure", "refused by SUBACK 0x80"),
        (_V5, "failure", "refused by SUBACK 0x87 (MQTT 5)"),
        ({}, "disconnect", "answered by the end of the connection"),
        (_V5, "disconnect", "answered by the end of the connection (MQTT 5)"),
    ):
        yield Row(
            fault=f"The subscription is {words}, for ten minutes",
            begin=all_of(
                behaves(every_subscription_bad=True, bad_subscription=answer), cut
            ),
            entry=entry,
            lasts=_MINUTES,
            offline=1.0,
            within=_AFTER_LONG,
            spends=8,
        )
    yield Row(
        fault="The subscription is granted and nothing delivered, for ten minutes",
        begin=all_of(
            behaves(every_subscription_bad=True, bad_subscription="silent"), cut
        ),
        lasts=_MINUTES,
        offline=1.0,
        outages=(2, 8),
        issue="token_in_use",
        within=_AFTER_LONG + 60,
        forgets=frozenset({"Level"}),
        spends=60,
        remark="Noticed within a minute. Home Assistant's values win meanwhile.",
    )


async def say_what_nobody_asked(house: House) -> None:
    """Send the answers to questions of other devices, sound ones and garbage."""
    for topic in ("meta/Location", "meta/", "meta", "loc/all", "utc/all/json", "ds/"):
        for payload in (b"", b"52.37,4.9", b"{", b"\xff\xfe", b"\0", b"9" * 1024):
            await house.simulator.send(f"downlink/{topic}", payload)


_STRAY_ANSWERS: Final = Row(
    fault="Metadata, time and place come that nobody has asked for, and garbage as such",
    begin=say_what_nobody_asked,
    lasts=60,
    within=_RECONNECT,
    spends=14,
)


async def wait_for_the_check(house: House) -> None:
    """Have the bridge ask what Blynk has, and wait until it does."""
    house.simulator.cloud.diagnose(house.simulator.device, "something is wrong")
    asked = house.spent
    await house.until(lambda: house.spent > asked, 2 * _HOUR)


# --- Refusals ------------------------------------------------------------------------


def _refusals() -> Iterator[Row]:
    """Give the rows of a server that lets nobody in, on both versions of MQTT."""
    for entry, version in (({}, "3.1.1"), (_V5, "5")):
        for reason in Unavailable:
            # 3.1.1 has a single code for all of them.
            if reason is Unavailable.NO or (
                not entry and reason is not Unavailable.UNAVAILABLE
            ):
                continue
            yield Row(
                fault=f"Connections are refused: {reason} (MQTT {version})",
                begin=all_of(behaves(unavailable=reason.value), cut),
                entry=entry,
                lasts=_MINUTES,
                offline=1.0,
                within=_AFTER_LONG,
                spends=8,
            )
        yield Row(
            fault=f"The other version of MQTT than {version} is spoken",
            begin=all_of(behaves(protocols="only_311" if entry else "only_5"), cut),
            entry=entry,
            lasts=60,
            offline=1.0,
            within=_RECONNECT,
            spends=10,
        )
        yield Row(
            fault=f"The token is revoked, and given back after an hour (MQTT {version})",
            begin=revoke,
            end=give_back,
            entry=entry,
            lasts=3600,
            offline=3.0,
            asks_for_token=True,
            within=_REFUSED_RETRY + _RECONNECT,
            spends=8,
        )


async def revoke(house: House) -> None:
    """Make the token invalid."""
    house.simulator.cloud.deny(house.simulator.device)


async def give_back(house: House) -> None:
    """Make the token valid again."""
    house.simulator.device.token = TOKEN
    await heal(house)


# --- Outages -------------------------------------------------------------------------


async def go_away(house: House) -> None:
    """Let the broker go."""
    await house.simulator.stop_listening()


async def come_back(house: House) -> None:
    """Let the broker come back."""
    await house.simulator.start_listening()
    await heal(house)


async def move_away(house: House) -> None:
    """Redirect to another region, whose broker then comes back on another port."""
    simulator = house.simulator
    await simulator.redirect("ny3")
    await house.until(
        lambda: simulator.device.link is not None and not house.lost(), 10
    )
    house.cloud.move("ny3", house.proxy)
    house.connection.cut()


_OUTAGES: Final = (
    Row(
        fault="The broker is gone for an hour",
        begin=go_away,
        end=come_back,
        lasts=3600,
        offline=1.0,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="The broker that we were redirected to comes back on another port",
        begin=move_away,
        lasts=1,
        offline=15.0,
        within=30,
        spends=18,
    ),
)


# --- Limits --------------------------------------------------------------------------

_LIMITS: Final = (
    Row(
        fault="The month's messages are used up for an hour, and values dropped",
        begin=behaves(monthly_quota=0),
        lasts=_HOUR,
        within=_HOUR,
        forgets=frozenset({"Note"}),
        remark="What Home Assistant set in a control is lost: Blynk says nothing of it.",
        spends=30,
    ),
    Row(
        fault="The month's messages are used up for an hour, and connections refused",
        begin=behaves(monthly_quota=0, over_quota="refuse"),
        lasts=3600,
        offline=2.0,
        within=_AFTER_LONG,
        spends=30,
    ),
    Row(
        fault="The month's messages are used up for an hour, and connections refused (MQTT 5)",
        begin=behaves(monthly_quota=0, over_quota="refuse"),
        entry=_V5,
        lasts=3600,
        offline=2.0,
        within=_AFTER_LONG,
        spends=30,
    ),
)

SERVER: Final[tuple[Row, ...]] = (
    *_answers(),
    *_subscriptions(),
    _STRAY_ANSWERS,
    *_refusals(),
    *_OUTAGES,
    *ELSEWHERE,
    *_LIMITS,
)
