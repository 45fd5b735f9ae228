"""Media players: power, volume, and where the sound comes from."""

from typing import Final

from homeassistant.components.media_player.const import (
    ATTR_INPUT_SOURCE,
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
    ATTR_SOUND_MODE,
    SERVICE_SELECT_SOUND_MODE,
    SERVICE_SELECT_SOURCE,
    MediaPlayerEntityCapabilityAttribute,
    MediaPlayerEntityFeature,
    MediaPlayerState,
)
from homeassistant.const import (
    PERCENTAGE,
    SERVICE_VOLUME_MUTE,
    SERVICE_VOLUME_SET,
    STATE_STANDBY,
    Platform,
)
from homeassistant.core import State

from ..device.values import DataType
from .attributes import Choice, Flag
from .base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    supports,
    written_number,
)
from .playback import (
    STATES,
    MusicPlayer,
    Next,
    PlayerState,
    Playing,
    Previous,
    Repeat,
    Shuffle,
    Title,
)
from .switches import FeaturedPower

_MEDIA_PLAYER: Final = frozenset({Platform.MEDIA_PLAYER})
_PERCENT: Final = Limits(0, 100, 1)
_OFF: Final = frozenset({MediaPlayerState.OFF.value, STATE_STANDBY})


class MediaPower(FeaturedPower):
    """Whether a media player is on, playing or not."""

    domains = _MEDIA_PLAYER
    turns_on = MediaPlayerEntityFeature.TURN_ON
    turns_off = MediaPlayerEntityFeature.TURN_OFF

    def read(self, state: State) -> Reading | None:
        """Return whether it is on; on standby it is off."""
        return state.state not in _OFF if state.state in STATES else None


class Volume(Trait):
    """A media player's volume in percent.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "volume"
    domains = _MEDIA_PLAYER

    def describe(self, state: State) -> Description | None:
        """Offer it where the volume can be set, or at least is known."""
        writable = supports(state, MediaPlayerEntityFeature.VOLUME_SET)
        if not writable and self.read(state) is None:
            return None
        return Description(
            data_type=DataType.INTEGER,
            unit=PERCENTAGE,
            limits=_PERCENT,
            writable=writable,
        )

    def read(self, state: State) -> Reading | None:
        """Return the volume, None while the player is off."""
        return None if (level := _level(state)) is None else round(level * 100)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the volume; the percentage that it has leaves it as it is."""
        if not supports(state, MediaPlayerEntityFeature.VOLUME_SET):
            raise NotWritable("volume can't be set")
        percent = round(written_number(reading))
        level = _level(state) if percent == self.read(state) else None
        if level is None:
            level = percent / 100
        return entity_action(
            state, SERVICE_VOLUME_SET, **{ATTR_MEDIA_VOLUME_LEVEL: level}
        )

    def limits(self, state: State) -> Limits | None:
        """Return 0 to 100 %."""
        return _PERCENT


class Mute(Flag):
    """Whether a media player is silent without losing its volume."""

    key = "mute"
    domains = _MEDIA_PLAYER
    feature = MediaPlayerEntityFeature.VOLUME_MUTE
    attribute = ATTR_MEDIA_VOLUME_MUTED
    service = SERVICE_VOLUME_MUTE


class Source(Choice):
    """Where the sound or the picture comes from."""

    key = "source"
    domains = _MEDIA_PLAYER
    feature = MediaPlayerEntityFeature.SELECT_SOURCE
    attribute = ATTR_INPUT_SOURCE
    listed = MediaPlayerEntityCapabilityAttribute.INPUT_SOURCE_LIST
    service = SERVICE_SELECT_SOURCE


class SoundMode(Choice):
    """How a media player shapes the sound."""

    key = "sound_mode"
    domains = _MEDIA_PLAYER
    feature = MediaPlayerEntityFeature.SELECT_SOUND_MODE
    attribute = ATTR_SOUND_MODE
    listed = MediaPlayerEntityCapabilityAttribute.SOUND_MODE_LIST
    service = SERVICE_SELECT_SOUND_MODE


def _level(state: State) -> float | None:
    """Return the volume as Home Assistant counts it, from 0 to 1."""
    raw = state.attributes.get(ATTR_MEDIA_VOLUME_LEVEL)
    return None if (level := number(raw)) is None else min(max(level, 0.0), 1.0)


TRAITS: Final[tuple[Trait, ...]] = (
    MediaPower(),
    Playing(),
    MusicPlayer(),
    Volume(),
    Mute(),
    Next(),
    Previous(),
    Title(),
    PlayerState(),
    Source(),
    SoundMode(),
    Shuffle(),
    Repeat(),
)
