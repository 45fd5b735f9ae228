"""What a bridge learns while it runs, kept across restarts."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import logging
from typing import Any, Final, NotRequired, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
import voluptuous as vol

from .const import DOMAIN
from .device.endpoint import Endpoint
from .device.errors import InvalidEndpoint
from .exposure_data import check_name
from .history.gaps import HISTORY_SCHEMA, StoredHistory
from .spent import Spent, StoredSpent

_LOGGER: Final = logging.getLogger(__name__)

_VERSION: Final = 1
_SAVE_DELAY: Final = 10.0
_COUNT_SAVE_DELAY: Final = 50.0
"""A count that changes all the time costs a write a minute, and a crash a minute of it."""
# What Home Assistant's store raises for a file of an earlier version, and for JSON
# that is none of its own.
_NOT_A_STORE: Final = (NotImplementedError, AttributeError, KeyError, TypeError)
_TEXT_OR_NONE: Final = vol.Any(None, str)
_NUMBER_OR_NONE: Final = vol.Any(None, int, float)


def _addressable(name: str) -> str:
    """Return a name that a topic can have; raises ValueError for any other."""
    check_name(name)
    return name


_EVENTS: Final = vol.Schema({vol.Required("day"): str, vol.Required("sent"): int})
_OVERRIDES: Final = vol.Schema(
    {
        vol.Required("device"): _TEXT_OR_NONE,
        vol.Required("properties"): {_addressable: {_addressable: [str]}},
    }
)
_PLAN: Final = vol.Schema(
    {
        str: {
            vol.Required("trait"): _TEXT_OR_NONE,
            vol.Required("data_type"): str,
            vol.Required("unit"): _TEXT_OR_NONE,
            vol.Required("minimum"): _NUMBER_OR_NONE,
            vol.Required("maximum"): _NUMBER_OR_NONE,
            vol.Required("labels"): [str],
        }
    }
)

type Texts = tuple[str, ...]
"""A widget property's value; lists have several parts."""
DOUBTFUL: Final[Texts] = ()
"""An override is there, or was on its way: nobody knows with which value."""


class _StoredOverrides(TypedDict):
    """The widget properties that were overridden, and where."""

    device: str | None
    properties: dict[str, dict[str, list[str]]]


class SeenRow(TypedDict):
    """What of a planned datastream may change in Home Assistant later."""

    trait: str | None
    data_type: str
    unit: str | None
    minimum: float | None
    maximum: float | None
    labels: list[str]


class _StoredEvents(TypedDict):
    """How many events were sent, and on which day."""

    day: str
    sent: int


class _Stored(TypedDict):
    """The file's content; servers as URIs."""

    configured: str
    home: str
    overrides: NotRequired[_StoredOverrides]
    plan: NotRequired[dict[str, SeenRow]]
    events: NotRequired[_StoredEvents]
    history: NotRequired[StoredHistory]
    spent: NotRequired[StoredSpent]


@dataclass(frozen=True, slots=True)
class EventCount:
    """How many events were sent on a day."""

    day: str
    """As YYYY-MM-DD."""
    sent: int


class Learned:
    """What one entry has learned: its home server, and what Blynk and the user know."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file."""
        self._hass = hass
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._configured: Endpoint | None = None
        self._save_due: float | None = None
        self._closed = False
        self._device: str | None = None
        self._overrides: dict[str, dict[str, Texts]] = {}
        self._plan: dict[str, SeenRow] = {}
        self.home: Endpoint | None = None
        """Where the configured server has redirected to, None for nowhere."""
        self.events: EventCount | None = None
        """The events of the last day there were any."""
        self.history: StoredHistory | None = None
        """How far Blynk's history goes."""
        self.spent = Spent()
        """What was used of the quota."""

    async def async_load(self, configured: Endpoint) -> None:
        """Read what was learned; of another server's home it says nothing.

        What can't be understood is learned anew: nothing here is worth no set-up.
        """
        self._configured = configured
        try:
            stored = await self._store.async_load()
        except (HomeAssistantError, *_NOT_A_STORE) as error:
            _LOGGER.warning("What was learned can't be read: %r", error)
            return
        if not isinstance(stored, dict):
            return
        if (events := _section(stored, "events", _EVENTS)) is not None:
            self.events = EventCount(**events)
        self.spent = _section(stored, "spent", Spent.from_stored) or Spent()
        self._plan = _section(stored, "plan", _PLAN) or {}
        self.history = _section(stored, "history", HISTORY_SCHEMA)
        if (overrides := _section(stored, "overrides", _OVERRIDES)) is not None:
            self._device = overrides["device"]
            self._overrides = {
                name: {key: tuple(texts) for key, texts in properties.items()}
                for name, properties in overrides["properties"].items()
            }
        if stored.get("configured") == str(configured):
            with suppress(InvalidEndpoint):
                self.home = Endpoint.parse(str(stored.get("home")))

    @callback
    def async_set_home(self, home: Endpoint | None) -> None:
        """Remember where redirects have led; None for nowhere."""
        if home != self.home:
            self.home = home
            self._async_schedule_save()

    # --- Overridden widget properties ------------------------------------------

    @property
    def overridden(self) -> Iterable[str]:
        """Return the datastreams with an overridden property."""
        return list(self._overrides)

    def overrides(self, name: str) -> Mapping[str, Texts]:
        """Return the overridden properties of a datastream's widgets."""
        return self._overrides.get(name, {})

    @callback
    def async_set_override(self, name: str, key: str, texts: Texts | None) -> None:
        """Remember an override; None for one that was taken back."""
        if texts is None:
            properties = self._overrides.get(name, {})
            properties.pop(key, None)
            if not properties:
                self._overrides.pop(name, None)
        else:
            self._overrides.setdefault(name, {})[key] = texts
        self._async_schedule_save()

    @callback
    def async_doubt_overrides(self) -> None:
        """Take for granted of no override any more what it is."""
        if not self._overrides:
            return
        for properties in self._overrides.values():
            for key in properties:
                properties[key] = DOUBTFUL
        self._async_schedule_save()

    @callback
    def async_set_device(self, device: str) -> bool:
        """Note which device on which server has the overrides; return whether it is new."""
        if device == self._device:
            return False
        self._device = device
        self.async_doubt_overrides()
        return True

    # --- The plan as the user has seen it ----------------------------------------

    @property
    def plan(self) -> Mapping[str, SeenRow]:
        """Return what the user knows to be needed, by the subentry's id."""
        return self._plan

    @callback
    def async_set_plan(self, plan: Mapping[str, SeenRow]) -> None:
        """Remember what the user has seen."""
        if plan != self._plan:
            self._plan = dict(plan)
            self._async_schedule_save()

    # --- Events ----------------------------------------------------------------

    @callback
    def async_set_events(self, events: EventCount) -> None:
        """Remember how many events were sent."""
        self.events = events
        self._async_schedule_save()

    # --- History ---------------------------------------------------------------

    @callback
    def async_set_history(self, history: StoredHistory) -> None:
        """Remember how far Blynk's history goes."""
        self.history = history
        self._async_schedule_save()

    # --- The quota -------------------------------------------------------------

    @callback
    def async_set_spent(self, spent: Spent) -> None:
        """Remember what was used of the quota, which is written once a minute."""
        self.spent = spent
        self._async_schedule_save(_COUNT_SAVE_DELAY)

    # --- The file --------------------------------------------------------------

    @callback
    def _async_schedule_save(self, delay: float | None = None) -> None:
        """Write the file in a while; a delay begun again and again would never end."""
        if delay is None:
            delay = _SAVE_DELAY
        due = self._hass.loop.time() + delay
        if self._closed or (self._save_due is not None and self._save_due <= due):
            return
        self._save_due = due
        self._store.async_delay_save(self._content, delay)

    async def async_save(self) -> None:
        """Write the file now: what it is about to happen relies on it."""
        if not self._closed:
            await self._store.async_save(self._content())

    async def async_close(self) -> None:
        """Write what still waits to be written, and nothing after that.

        A file that was written later would outlive a removed entry.
        """
        self._closed = True
        if self._save_due is not None:
            await self._store.async_save(self._content())

    def _content(self) -> _Stored:
        """Return the file's content, which is written now."""
        self._save_due = None
        configured = str(self._configured)
        content = _Stored(
            configured=configured,
            home=configured if self.home is None else str(self.home),
        )
        if self._plan:
            content["plan"] = self._plan
        if self._overrides:
            content["overrides"] = _StoredOverrides(
                device=self._device,
                properties={
                    name: {key: list(texts) for key, texts in properties.items()}
                    for name, properties in self._overrides.items()
                },
            )
        if self.events is not None:
            content["events"] = _StoredEvents(
                day=self.events.day, sent=self.events.sent
            )
        if self.history is not None:
            content["history"] = self.history
        if self.spent.at:
            content["spent"] = self.spent.stored
        return content

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


def _section(stored: Mapping[str, Any], key: str, schema: Callable[[Any], Any]) -> Any:
    """Return a part of the file, None where it is missing or of another version."""
    if key not in stored:
        return None
    try:
        return schema(stored[key])
    except vol.Invalid as error:
        _LOGGER.warning("What was learned of the %s is not valid: %s", key, error)
        return None
