"""B5: a month on the free plan, in virtual time: what it costs, and how long things take."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
import math
import random
from typing import Final

from custom_components.blynk_bridge.device.month import FREE_PLAN

from .durations import Durations
from .month_arrivals import Arrivals, Diary
from .month_home import (
    COMMANDS_A_DAY,
    DAY,
    DISCRETE_A_DAY,
    EXPOSURES,
    LAMP_SECONDS,
    POLLED,
    RARE,
    READ,
    TEMPLATE,
    Change,
    Kind,
    MonthHome,
)
from .month_rivals import EachChange, EachMinute
from .results import Chart, Goal, Line, Result, Spread, Table
from .size import Size
from .virtual_home import run_virtually, virtual_home

_START: Final = datetime(2027, 1, 1, tzinfo=UTC)
_MONTH_DAYS: Final = 31
_SEED: Final = 1
_OURS: Final = "Blynk Bridge"
_BURST: Final = 2 * 3600.0
"""Seconds in which a bucket that was full at first is used up, once in a month."""
_SETTLING: Final = 300.0
"""Seconds after the end in which the last changes arrive."""
_SAMPLES_A_DAY: Final = 12
_POINTS: Final = 200
_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
_MESSAGES_MAX: Final = 80_000
_READINGS_P95: Final = 90.0
_PROMPT: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Way:
    """What one way of bringing the changes to Blynk comes to."""

    label: str
    messages: int
    ended: float | None
    """Seconds into the month after which Blynk takes nothing any more."""
    took: Mapping[Kind, Durations]


@dataclass(frozen=True, slots=True)
class _Month:
    """What a month has come to."""

    days: int
    ours: _Way
    rivals: Sequence[_Way]
    at_first: int
    """Our messages of the first hours."""
    changes: int
    until_action: Durations
    presses: int
    in_vain: int
    connections: int
    longest_away: float
    sampled: Mapping[str, Sequence[int]]
    """Messages that Blynk has taken, at equal intervals."""

    @property
    def of_a_month(self) -> float:
        """Return the messages of 31 days, if all go on like these."""
        lived, whole = self.days * DAY - _BURST, _MONTH_DAYS * DAY - _BURST
        return self.at_first + (self.ours.messages - self.at_first) * whole / lived


def measure(size: Size) -> Result:
    """Let a home live for a month, or for a day of it."""
    days = size.pick(_MONTH_DAYS, 1)
    return _result(run_virtually(lambda: _live(days)))


async def _live(days: int) -> _Month:
    """Live for some days; the rivals take each change, too."""
    start = _START.timestamp()
    every = DAY / _SAMPLES_A_DAY
    each, minute = EachChange(start, FREE_PLAN), EachMinute(start, FREE_PLAN)
    async with virtual_home(_START, EXPOSURES, TEMPLATE, {}) as home:
        device = home.simulator.device
        arrivals, until_action = Arrivals(home), Durations()

        def on_change(change: Change) -> None:
            for taker in (arrivals, each, minute):
                taker.take(change)

        living = MonthHome(home, random.Random(_SEED), on_change, until_action.add)
        living.async_furnish()
        await home.async_connect()
        diary = Diary(
            home,
            every,
            {
                _OURS: lambda: device.messages_in,
                each.label: lambda: each.taken,
                minute.label: lambda: minute.taken,
            },
        )
        keeping = asyncio.create_task(diary.async_keep(start))
        await living.async_live(start, days)
        messages = device.messages_in
        diary.keep()
        keeping.cancel()
        await asyncio.sleep(_SETTLING)
        minute.publish()
        arrivals.close(living.presses - living.in_vain)
        return _Month(
            days=days,
            ours=_Way(_OURS, messages, None, arrivals.took),
            rivals=[
                _Way(rival.label, rival.messages, rival.ended, rival.took)
                for rival in (each, minute)
            ],
            at_first=diary.kept[_OURS][round(_BURST / every)],
            changes=arrivals.changes,
            until_action=until_action,
            presses=living.presses,
            in_vain=living.in_vain,
            connections=device.connections,
            longest_away=diary.longest_away,
            sampled=diary.kept,
        )


def _result(month: _Month) -> Result:
    """Return what a month shows."""
    whole = month.days == _MONTH_DAYS
    took = month.ours.took
    scaled = "" if whole else f", of {_MONTH_DAYS} days like this one"
    return Result(
        key="B5",
        title="A month on the free plan",
        work=_work(month),
        goals=[
            Goal(
                f"messages of the month{scaled}",
                Spread.of([month.of_a_month]),
                _MESSAGES_MAX,
                "messages",
            ),
            Goal(
                "discrete changes, p95",
                Spread.of([took[Kind.DISCRETE].quantile(0.95)]),
                _PROMPT,
                "s",
            ),
            Goal(
                "commands, from the press to the confirmation, the longest",
                Spread.of([took[Kind.COMMAND].longest]),
                _PROMPT,
                "s",
            ),
            Goal(
                "readings, p95",
                Spread.of([took[Kind.READING].quantile(0.95)]),
                _READINGS_P95,
                "s",
            ),
        ],
        tables=[_table(month)],
        charts=[_messages_chart(month), _latency_chart(month)],
        notes=_notes(month),
    )


def _work(month: _Month) -> str:
    """Return what was done."""
    lived = f"{month.days} days" if month.days > 1 else "one day"
    return (
        f"{lived.capitalize()} in virtual time on the free plan ({FREE_PLAN:,} messages a"
        f" month): all of Home Assistant, the integration and the simulator in one event"
        f" loop, whose clock jumps over what is idle. {len(POLLED)} sensors change every"
        f" 10 s, {len(READ)} every minute and {len(RARE)} every two hours, to a new value"
        f" each time; a day has {DISCRETE_A_DAY} discrete changes and {COMMANDS_A_DAY}"
        " commands, most of them between 17 and 23 o'clock, and a connection that is cut"
        f" once: {month.changes:,} changes in all. A latency goes from the change in Home"
        " Assistant until the cloud has that value or a newer one; that of a command from"
        " the press of a widget until the confirmation, with the"
        f" {LAMP_SECONDS:g} s that the lamp itself takes. Changes during a reconnect are"
        " among them. The rivals take the very same changes, and are never offline; their"
        " messages take no time. The batches are packed as ours are."
    )


def _table(month: _Month) -> Table:
    """Return the ways of doing it side by side."""
    ways = [month.ours, *month.rivals]
    rows = [
        ["messages", *(f"{way.messages:,}" for way in ways)],
        ["of the month's quota", *(f"{way.messages / FREE_PLAN:.0%}" for way in ways)],
        ["quota used up", *(_ending(way) for way in ways)],
    ]
    for kind in Kind:
        for name, share in _SHARES.items():
            rows.append(
                [
                    f"{kind}, {name}",
                    *(_seconds(way.took[kind].quantile(share)) for way in ways),
                ]
            )
    return Table(["", *(way.label for way in ways)], rows)


def _ending(way: _Way) -> str:
    """Return when the quota is used up."""
    return "no" if way.ended is None else f"on day {int(way.ended // DAY) + 1}"


def _seconds(seconds: float) -> str:
    """Return a duration to be read."""
    if seconds == math.inf:
        return "never"
    return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"


def _messages_chart(month: _Month) -> Chart:
    """Return how the quota is used up."""
    days = [
        number / _SAMPLES_A_DAY for number in range(month.days * _SAMPLES_A_DAY + 1)
    ]
    lines = [
        Line(label, days, counts[: len(days)])
        for label, counts in month.sampled.items()
    ]
    return Chart(
        "month-messages",
        "Messages that Blynk takes in a month",
        "day",
        "messages",
        lines,
        limit=FREE_PLAN,
        limit_label="the free plan's quota",
    )


def _latency_chart(month: _Month) -> Chart:
    """Return how long what takes."""
    return Chart(
        "month-latency",
        "From Home Assistant to Blynk, on the free plan",
        "seconds",
        "percent that took no longer",
        [Line(kind, *took.curve(_POINTS)) for kind, took in month.ours.took.items()],
        x_log=True,
    )


def _notes(month: _Month) -> list[str]:
    """Return what else there is to know."""
    action = month.until_action
    pressed = (
        "From the press of a widget until the action is called: p50"
        f" {_seconds(action.quantile(0.5))}, the longest {_seconds(action.longest)}."
    )
    away = (
        f"The device was connected {month.connections} times; the longest time that it"
        f" was away was {_seconds(month.longest_away)}. {month.in_vain} of"
        f" {month.presses} presses fell into such a time: Blynk shows the device as"
        " offline then, and delivers nothing later."
    )
    pace = (
        "A house that is never quiet is held to what a month leaves to its readings, less"
        " than three quarters of it: how much more often they change makes no difference"
        " to the messages, only to how many values are in each."
    )
    notes = [pressed, away, pace]
    if month.days < _MONTH_DAYS:
        notes.append(
            f"Of one day, not of a month: {month.ours.messages:,} messages, of which"
            f" {month.at_first:,} in the first two hours, which use what a month has"
            " saved up before it begins. The rest is taken to go on alike."
        )
    return notes
