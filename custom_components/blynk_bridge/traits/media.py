"""Media players: what plays, how loud, and from where."""

from typing import ClassVar, Final

from homeassistant.components.media_player.const import (
    ATTR_INPUT_SOURCE,
    ATTR_MEDIA_REPEAT,
    ATTR_MEDIA_SHUFFLE,
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
    ATTR_SOUND_MODE,
    SERVICE_SELECT_SOUND_MODE,
    SERVICE_SELECT_SOURCE,
    MediaPlayerEntityCapabilityAttribute,
    MediaPlayerEntityFeature,
    MediaPlayerEntityStateAttribute,
    MediaPlayerState,
    RepeatMode,
)
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    PERCENTAGE,
    SERVICE_MEDIA_NEXT_TRACK,
    SERVICE_MEDIA_PAUSE,
    SERVICE_MEDIA_PLAY,
    SERVICE_MEDIA_PREVIOUS_TRACK,
    SERVICE_MEDIA_STOP,
    SERVICE_REPEAT_SET,
    SERVICE_SHUFFLE_SET,
    SERVICE_VOLUME_MUTE,
    SERVICE_VOLUME_SET,
    STATE_STANDBY,
    Platform,
)
from homeassistant.core import State

from ..device.values import DataType
from .attributes import Choice, Flag
from .base import (
    NOT_READINGS,
    Action,
    Description,
    Limits,
    NotWritable,
    OnOffTrait,
    Reading,
    Trait,
    entity_action,
    number,
    on_off,
    supports,
    text,
    written_number,
)
from .buttons import MomentaryTrait
from .switches import FeaturedPower

_MEDIA_PLAYER: Final = frozenset({Platform.MEDIA_PLAYER})
_PERCENT: Final = Limits(0, 100, 1)
_PLAYING: Final = frozenset({MediaPlayerState.PLAYING, MediaPlayerState.BUFFERING})
# In an order of our own, for an index must keep its meaning. Integrations still show
# standby, which Home Assistant gives up.
_STATES: Final[tuple[str, ...]] = (
    MediaPlayerState.OFF.value,
    MediaPlayerState.ON.value,
    MediaPlayerState.IDLE.value,
    MediaPlayerState.PLAYING.value,
    MediaPlayerState.PAUSED.value,
    MediaPlayerState.BUFFERING.value,
    STATE_STANDBY,
)
_OFF: Final = frozenset({MediaPlayerState.OFF.value, STATE_STANDBY})
# Who is heard or seen, as far as the player tells; the first one does.
_ARTISTS: Final = (
    MediaPlayerEntityStateAttribute.MEDIA_ARTIST,
    MediaPlayerEntityStateAttribute.MEDIA_ALBUM_ARTIST,
    MediaPlayerEntityStateAttribute.MEDIA_SERIES_TITLE,
    MediaPlayerEntityStateAttribute.MEDIA_CHANNEL,
)


class MediaPower(FeaturedPower):
    """Whether a media player is on, playing or not."""

    domains = _MEDIA_PLAYER
    turns_on = MediaPlayerEntityFeature.TURN_ON
    turns_off = MediaPlayerEntityFeature.TURN_OFF

    def read(self, state: State) -> Reading | None:
        """Return whether it is on; on standby it is off."""
        return state.state not in _OFF if state.state in _STATES else None


class Playing(OnOffTrait):
    """Whether a media player plays: on plays, off pauses.

    What can't pause stops.
    """

    key = "playing"
    domains = _MEDIA_PLAYER

    def describe(self, state: State) -> Description | None:
        """Offer it where playing can be started or ended."""
        if not supports(state, MediaPlayerEntityFeature.PLAY) and not _ending(state):
            return None
        return on_off(writable=True)

    def read(self, state: State) -> Reading | None:
        """Return whether it plays, or is about to."""
        return state.state in _PLAYING if state.state in _STATES else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Play, pause or stop; what is so already is left alone.

        Home Assistant would start a stream afresh, or ask a player that is off.
        """
        service = SERVICE_MEDIA_PLAY if reading else _ending(state)
        if service is None:
            raise NotWritable("can't be paused")
        if reading and not supports(state, MediaPlayerEntityFeature.PLAY):
            raise NotWritable("can't be played")
        assumed: object = state.attributes.get(ATTR_ASSUMED_STATE)
        if bool(reading) is self.read(state) and assumed is not True:
            return None
        return entity_action(state, service)


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


class Title(Trait):
    """Who and what plays, with a dash between; empty while nothing does."""

    key = "title"
    domains = _MEDIA_PLAYER
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it for every media player: none says whether it tells."""
        return Description(data_type=DataType.STRING)

    def read(self, state: State) -> Reading | None:
        """Return the artist and the title, or the one that is known."""
        if state.state in NOT_READINGS:
            return None
        artist = next((who for key in _ARTISTS if (who := text(state, key))), None)
        title = text(state, MediaPlayerEntityStateAttribute.MEDIA_TITLE)
        return " – ".join(part for part in (artist, title) if part)


class PlayerState(Trait):
    """Whether a media player is off, idle, playing or paused."""

    key = "state"
    domains = _MEDIA_PLAYER

    def describe(self, state: State) -> Description | None:
        """Offer it for every media player."""
        return Description(data_type=DataType.ENUM, options=_STATES)

    def read(self, state: State) -> Reading | None:
        """Return the state, None for one that Home Assistant does not know."""
        return state.state if state.state in _STATES else None

    def options(self, state: State) -> tuple[str, ...]:
        """Return the states there are."""
        return _STATES


class _Skip(MomentaryTrait):
    """A button that goes on to another track."""

    domains = _MEDIA_PLAYER
    feature: ClassVar[MediaPlayerEntityFeature]

    def describe(self, state: State) -> Description | None:
        """Offer it where the player has such a button."""
        return on_off(writable=True) if supports(state, self.feature) else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Go on; the release of the widget's button does nothing."""
        if not supports(state, self.feature):
            raise NotWritable("no such button")
        return super().write(state, reading)


class Next(_Skip):
    """To the next track."""

    key = "next"
    feature = MediaPlayerEntityFeature.NEXT_TRACK
    service = SERVICE_MEDIA_NEXT_TRACK


class Previous(_Skip):
    """To the previous track."""

    key = "previous"
    feature = MediaPlayerEntityFeature.PREVIOUS_TRACK
    service = SERVICE_MEDIA_PREVIOUS_TRACK


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


class Shuffle(Flag):
    """Whether a media player plays in any order."""

    key = "shuffle"
    domains = _MEDIA_PLAYER
    feature = MediaPlayerEntityFeature.SHUFFLE_SET
    attribute = ATTR_MEDIA_SHUFFLE
    service = SERVICE_SHUFFLE_SET


class Repeat(Choice):
    """What a media player repeats: nothing, one track, or all."""

    key = "repeat"
    domains = _MEDIA_PLAYER
    feature = MediaPlayerEntityFeature.REPEAT_SET
    attribute = ATTR_MEDIA_REPEAT
    service = SERVICE_REPEAT_SET

    def options(self, state: State) -> tuple[str, ...]:
        """Return what can be repeated, nothing first."""
        return RepeatMode.OFF.value, RepeatMode.ONE.value, RepeatMode.ALL.value


def _ending(state: State) -> str | None:
    """Return the action that ends playing: a pause, if the player can."""
    if supports(state, MediaPlayerEntityFeature.PAUSE):
        return SERVICE_MEDIA_PAUSE
    if supports(state, MediaPlayerEntityFeature.STOP):
        return SERVICE_MEDIA_STOP
    return None


def _level(state: State) -> float | None:
    """Return the volume as Home Assistant counts it, from 0 to 1."""
    raw = state.attributes.get(MediaPlayerEntityStateAttribute.MEDIA_VOLUME_LEVEL)
    return None if (level := number(raw)) is None else min(max(level, 0.0), 1.0)


TRAITS: Final[tuple[Trait, ...]] = (
    MediaPower(),
    Playing(),
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
