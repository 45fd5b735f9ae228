"""What a media player plays, and its buttons."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, Final

from homeassistant.components.media_player.const import (
    ATTR_MEDIA_REPEAT,
    ATTR_MEDIA_SHUFFLE,
    MediaPlayerEntityFeature,
    MediaPlayerEntityStateAttribute,
    MediaPlayerState,
    RepeatMode,
)
from homeassistant.const import (
    SERVICE_MEDIA_NEXT_TRACK,
    SERVICE_MEDIA_PAUSE,
    SERVICE_MEDIA_PLAY,
    SERVICE_MEDIA_PREVIOUS_TRACK,
    SERVICE_MEDIA_STOP,
    SERVICE_REPEAT_SET,
    SERVICE_SHUFFLE_SET,
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
    NotWritable,
    OnOffTrait,
    Reading,
    Trait,
    assumed,
    entity_action,
    on_off,
    supports,
    text,
)
from .buttons import MomentaryTrait

_MEDIA_PLAYER: Final = frozenset({Platform.MEDIA_PLAYER})
_PLAYING: Final = frozenset({MediaPlayerState.PLAYING, MediaPlayerState.BUFFERING})
# In an order of our own, for an index must keep its meaning. Integrations still show
# standby, which Home Assistant gives up.
STATES: Final[tuple[str, ...]] = (
    MediaPlayerState.OFF.value,
    MediaPlayerState.ON.value,
    MediaPlayerState.IDLE.value,
    MediaPlayerState.PLAYING.value,
    MediaPlayerState.PAUSED.value,
    MediaPlayerState.BUFFERING.value,
    STATE_STANDBY,
)
# How playing ends: with a pause, if the player can.
_ENDINGS: Final[Mapping[MediaPlayerEntityFeature, str]] = {
    MediaPlayerEntityFeature.PAUSE: SERVICE_MEDIA_PAUSE,
    MediaPlayerEntityFeature.STOP: SERVICE_MEDIA_STOP,
}
# Who is heard or seen, as far as the player tells; the first one does.
_ARTISTS: Final = (
    MediaPlayerEntityStateAttribute.MEDIA_ARTIST,
    MediaPlayerEntityStateAttribute.MEDIA_ALBUM_ARTIST,
    MediaPlayerEntityStateAttribute.MEDIA_SERIES_TITLE,
    MediaPlayerEntityStateAttribute.MEDIA_CHANNEL,
)


class Playing(OnOffTrait):
    """Whether a media player plays: on plays, off pauses, or stops what can't pause."""

    key = "playing"
    domains = _MEDIA_PLAYER

    def describe(self, state: State) -> Description | None:
        """Offer it where playing can be started or ended."""
        return on_off(writable=True) if _playable(state) else None

    def read(self, state: State) -> Reading | None:
        """Return whether it plays, or is about to."""
        return _plays(state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Play, or pause."""
        return _play(state) if reading else _pause(state)


class MusicPlayer(Trait):
    """All of a player's buttons in one, as Blynk's Music Player has them.

    The widget writes play, stop, prev and next, and shows play or stop (Blynk docs,
    blynk.apps/widgets-other/music-player).
    """

    key = "music_player"
    domains = _MEDIA_PLAYER

    def describe(self, state: State) -> Description | None:
        """Offer it where playing can be started or ended."""
        if not _playable(state):
            return None
        return Description(data_type=DataType.STRING, writable=True)

    def read(self, state: State) -> Reading | None:
        """Return the button that is pressed, as it were."""
        return None if (plays := _plays(state)) is None else _SHOWN[plays]

    def write(self, state: State, reading: Reading) -> Action | None:
        """Do what the button says."""
        if (button := _BUTTONS.get(str(reading))) is None:
            raise NotWritable("no such button")
        return button(state)


class _Skip(MomentaryTrait):
    """A button that goes on to another track."""

    domains = _MEDIA_PLAYER
    feature: ClassVar[MediaPlayerEntityFeature]

    def describe(self, state: State) -> Description | None:
        """Offer it where the player has such a button."""
        return on_off(writable=True) if supports(state, self.feature) else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Go on; the release of the widget's button does nothing."""
        return _skip(state, self.feature, self.service) if reading else None


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
        return Description(data_type=DataType.ENUM, options=STATES)

    def read(self, state: State) -> Reading | None:
        """Return the state, None for one that Home Assistant does not know."""
        return state.state if state.state in STATES else None

    def options(self, state: State) -> tuple[str, ...]:
        """Return the states there are."""
        return STATES


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


def _plays(state: State) -> bool | None:
    """Return whether a player plays, or is about to."""
    return state.state in _PLAYING if state.state in STATES else None


def _playable(state: State) -> bool:
    """Return whether playing can be started or ended."""
    return any(
        supports(state, feature)
        for feature in (MediaPlayerEntityFeature.PLAY, *_ENDINGS)
    )


def _play(state: State) -> Action | None:
    """Return the action that plays; Home Assistant would start a stream afresh."""
    if not supports(state, MediaPlayerEntityFeature.PLAY):
        raise NotWritable("can't be played")
    if _plays(state) is True and not assumed(state):
        return None
    return entity_action(state, SERVICE_MEDIA_PLAY)


def _pause(state: State) -> Action | None:
    """Return the action that pauses, or stops what can't pause."""
    endings = (name for can, name in _ENDINGS.items() if supports(state, can))
    if (service := next(endings, None)) is None:
        raise NotWritable("can't be paused")
    if _plays(state) is False and not assumed(state):
        return None
    return entity_action(state, service)


def _skip(state: State, feature: MediaPlayerEntityFeature, service: str) -> Action:
    """Return the action that goes on to another track."""
    if not supports(state, feature):
        raise NotWritable("no such button")
    return entity_action(state, service)


_SHOWN: Final[Mapping[bool, str]] = {True: "play", False: "stop"}
_BUTTONS: Final[Mapping[str, Callable[[State], Action | None]]] = {
    "play": _play,
    "stop": _pause,
    "prev": partial(
        _skip,
        feature=MediaPlayerEntityFeature.PREVIOUS_TRACK,
        service=SERVICE_MEDIA_PREVIOUS_TRACK,
    ),
    "next": partial(
        _skip,
        feature=MediaPlayerEntityFeature.NEXT_TRACK,
        service=SERVICE_MEDIA_NEXT_TRACK,
    ),
}
