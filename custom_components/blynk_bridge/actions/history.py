"""The action that sends the recorder's history of a chosen time to Blynk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
import math
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import BlynkCoordinator
from ..exposure import Exposure
from ..history.backfill import Backfill
from ..history.daily_points import POINTS_PER_DAY
from ..history.gaps import REACH
from ..history.recorded import Obstacle, RecorderUnavailable
from .calls import ATTR_DATASTREAMS, Action, coordinator_of, refusal, utc

ATTR_END: Final = "end"
ATTR_START: Final = "start"
_USUALLY: Final = timedelta(days=1)


async def _async_backfill(call: ServiceCall) -> ServiceResponse:
    """Let the history of a time wait to be sent; return how much of it there is."""
    coordinator = coordinator_of(call)
    start, end = _range(call.data.get(ATTR_START), call.data.get(ATTR_END))
    backfill = coordinator.backfill
    chosen = _chosen(coordinator, call.data.get(ATTR_DATASTREAMS))
    obstacles = {item: backfill.obstacle(item) for item in chosen}
    if set(obstacles.values()) == {Obstacle.NO_RECORDER}:
        raise refusal(translation_key="no_recorder")
    points: dict[str, JsonValueType] = {}
    skipped: dict[str, JsonValueType] = {}
    messages = 0
    for exposure, obstacle in obstacles.items():
        if obstacle is not None:
            skipped[exposure.datastream] = str(obstacle)
            continue
        counted = await _async_request(backfill, exposure, start, end)
        points[exposure.datastream] = counted[0]
        messages += counted[1]
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "points": points,
        "messages": messages,
        "skipped": skipped,
        "points_waiting": backfill.waiting,
        "days": math.ceil(backfill.waiting / POINTS_PER_DAY),
    }


def _range(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Return the time to send, as far as Blynk takes it and it is past.

    Raises ServiceValidationError for none.
    """
    now = dt_util.utcnow()
    earliest = now - timedelta(seconds=REACH)
    until = now if end is None else max(earliest, min(utc(end), now))
    since = until - _USUALLY if start is None else utc(start)
    since = max(since, earliest)
    if since >= until:
        raise refusal(translation_key="empty_range")
    return since, until


def _chosen(
    coordinator: BlynkCoordinator, names: Iterable[str] | None
) -> list[Exposure]:
    """Return the exposures that are meant: those named, else those with the option.

    Raises ServiceValidationError for a name that nothing publishes to, and for none.
    """
    published = {
        name: item for name, item in coordinator.exposures.items() if item.publishes
    }
    if names is None:
        if chosen := [item for item in published.values() if item.backfill]:
            return chosen
        raise refusal(translation_key="nothing_to_backfill")
    if unknown := [name for name in names if name not in published]:
        raise refusal(translation_key="not_published", datastreams=", ".join(unknown))
    return [published[name] for name in dict.fromkeys(names)]


async def _async_request(
    backfill: Backfill, exposure: Exposure, start: datetime, end: datetime
) -> tuple[int, int]:
    """Request an exposure's history; raises HomeAssistantError if it can't be read."""
    try:
        return await backfill.async_request(
            exposure, start.timestamp(), end.timestamp()
        )
    except RecorderUnavailable as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="recorder_unavailable"
        ) from error


BACKFILL: Final = Action(
    "backfill",
    _async_backfill,
    {
        vol.Optional(ATTR_START): cv.datetime,
        vol.Optional(ATTR_END): cv.datetime,
        vol.Optional(ATTR_DATASTREAMS): vol.All(cv.ensure_list, [cv.string]),
    },
    SupportsResponse.OPTIONAL,
)
