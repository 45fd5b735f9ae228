"""Moments, days and times of day as a person in the home reads and writes them.

Blynk has no data type for them. On a String datastream stands what Home Assistant
itself shows in a date and time input: `2026-03-29 03:30:00`, by the home's clock.
"""

from datetime import date, datetime, time
from typing import Final

from homeassistant.util import dt as dt_util

# Time Input sends seconds since midnight first, a second time, a zone, weekdays …
# (Blynk docs, widgets-app/time-input); `sr` and `ss` stand for sunrise and sunset.
_PART_END: Final = "\0"
_DAY: Final = 24 * 60 * 60


def moment_text(raw: object) -> str | None:
    """Return a moment by the home's clock, None for what is none.

    Takes ISO 8601 with or without a zone; without one it is by the home's clock.
    Not by `dt_util.parse_datetime`: ciso8601 ends Python on a lone surrogate.
    """
    try:
        moment = datetime.fromisoformat(raw.strip()) if isinstance(raw, str) else raw
        if not isinstance(moment, datetime):
            return None
        local = dt_util.as_local(moment)
    except OverflowError, ValueError:
        return None
    return local.replace(tzinfo=None).isoformat(" ", "seconds")


def day_text(raw: object) -> str | None:
    """Return a day in ISO 8601, that of a moment, too; None for what is none."""
    if not isinstance(raw, str):
        return None
    try:
        return date.fromisoformat(raw.strip()).isoformat()
    except ValueError:
        moment = moment_text(raw)
    return moment and moment.partition(" ")[0]


def time_text(raw: object) -> str | None:
    """Return a time of day as hours, minutes and seconds, None for what is none.

    Takes ISO 8601, `7:30`, and what Blynk's Time Input sends, of which the first
    time counts, by the home's clock.
    """
    if not isinstance(raw, str):
        return None
    start, is_time_input, _ = raw.partition(_PART_END)
    if is_time_input:
        if not (start.isascii() and start.isdigit() and len(start) < 6):
            return None
        return _of_day(int(start))
    try:
        wanted = dt_util.parse_time(raw) or time.fromisoformat(raw.strip())
    # Hours that are no number of the machine's.
    except OverflowError, ValueError:
        return None
    return wanted.replace(tzinfo=None).isoformat("seconds")


def _of_day(seconds: int) -> str | None:
    """Return the time of day so many seconds after midnight."""
    if seconds >= _DAY:
        return None
    minutes, second = divmod(seconds, 60)
    return time(*divmod(minutes, 60), second).isoformat("seconds")
