"""Where the device is in time: what get/utc tells of its time zone. Blynk docs: timezone-location."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
import zoneinfo

from .fields import Json

MINUTE = timedelta(minutes=1)


def clock_json(zone_name: str, now: float) -> dict[str, Json]:
    """Give the time at now, epoch seconds, as get/utc/all/json is answered.

    A zone that nobody knows counts as UTC: the device may write any text.
    """
    try:
        zone = zoneinfo.ZoneInfo(zone_name)
    except zoneinfo.ZoneInfoNotFoundError, ValueError, OSError:
        zone_name, zone = "UTC", zoneinfo.ZoneInfo("UTC")
    local = datetime.fromtimestamp(now, UTC).astimezone(zone)
    return {
        "tz_name": zone_name,
        "tz_rule": _rule(zone_name),
        "tz_offset": _minutes(local.utcoffset()),
        "dst_offset": _minutes(local.dst()),
        "time": int(now * 1000),
        "iso8601": local.isoformat(timespec="milliseconds"),
    }


def _minutes(offset: timedelta | None) -> int:
    return 0 if offset is None else offset // MINUTE


def _rule(zone_name: str) -> str:
    """Give the POSIX rule, which is the last line of the zone's file, if the system has one."""
    for folder in zoneinfo.TZPATH:
        file = Path(folder) / zone_name
        if file.is_file():
            return file.read_bytes().rstrip(b"\n").rpartition(b"\n")[2].decode()
    return "UTC0"
