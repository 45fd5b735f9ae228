"""Media players."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
)

from . import an, the

PAUSE, VOLUME, MUTE, PREVIOUS, NEXT = 1, 4, 8, 16, 32
ON, OFF, SOURCE, STOP, PLAY = 128, 256, 2048, 4096, 16384
SHUFFLE, SOUND, REPEAT = 32768, 65536, 262144
TARGET = {"entity_id": "media_player.x"}


@pytest.mark.parametrize(
    ("features", "keys"),
    [
        (0, []),
        (ON | OFF, ["power"]),
        (OFF, ["power"]),
        (PLAY | PAUSE, ["playing", "music_player"]),
        (STOP, ["playing", "music_player"]),
        (VOLUME | MUTE, ["volume", "mute"]),
        (NEXT | PREVIOUS, ["next", "previous"]),
        (SHUFFLE | REPEAT, ["shuffle", "repeat"]),
        (SOURCE | SOUND, []),
    ],
)
def test_a_player_offers_what_it_supports_and_always_its_title_and_state(
    features: int, keys: list[str]
) -> None:
    for state in ("playing", "off", "unavailable"):
        player = an("media_player.x", state, supported_features=features)
        offered = [trait.key for trait in traits_of(player)]
        assert [key for key in offered if key not in ("title", "state")] == keys
        assert {"title", "state"} < {*offered, "any"}


@pytest.mark.parametrize(
    ("state", "power", "playing"),
    [
        ("off", 0, 0),
        ("standby", 0, 0),
        ("on", 1, 0),
        ("idle", 1, 0),
        ("paused", 1, 0),
        ("playing", 1, 1),
        ("buffering", 1, 1),
        ("dancing", None, None),
        ("unknown", None, None),
        ("unavailable", None, None),
    ],
)
def test_a_state_says_whether_the_player_is_on_and_whether_it_plays(
    state: str, power: int | None, playing: int | None
) -> None:
    player = an("media_player.x", state)
    assert the("media_player", "power").value(player, DataType.INTEGER) == power
    assert the("media_player", "playing").value(player, DataType.INTEGER) == playing
    known = None if power is None else state
    assert the("media_player", "state").value(player, DataType.STRING) == known


def test_a_state_is_only_told() -> None:
    trait = the("media_player", "state")
    player = an("media_player.x", "paused")
    assert trait.describe(player) == Description(
        data_type=DataType.ENUM,
        options=("off", "on", "idle", "playing", "paused", "buffering", "standby"),
    )
    assert trait.value(player, DataType.ENUM) == 4
    with pytest.raises(NotWritable):
        trait.action(player, 0)


@pytest.mark.parametrize(
    ("state", "features", "written", "service"),
    [
        ("paused", PLAY | PAUSE, 1, "media_play"),
        ("off", PLAY | PAUSE, 1, "media_play"),
        ("unknown", PLAY | PAUSE, 0, "media_pause"),
        ("playing", PLAY | PAUSE, 0, "media_pause"),
        ("playing", PLAY | PAUSE | STOP, 0, "media_pause"),
        ("playing", PLAY | STOP, 0, "media_stop"),
        # As it is already.
        ("playing", PLAY | PAUSE, 1, None),
        ("paused", PLAY | PAUSE, 0, None),
        ("off", PLAY | PAUSE, 0, None),
    ],
)
def test_on_plays_and_off_pauses(
    state: str, features: int, written: int, service: str | None
) -> None:
    player = an("media_player.x", state, supported_features=features)
    action = the("media_player", "playing").action(player, written)
    assert action == (Action("media_player", service, TARGET) if service else None)


def test_an_assumed_state_is_not_trusted() -> None:
    player = an(
        "media_player.x",
        "playing",
        assumed_state=True,
        supported_features=PLAY | PAUSE | ON,
    )
    for key in ("playing", "power"):
        assert the("media_player", key).action(player, 1) is not None


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("playing", "play"),
        ("buffering", "play"),
        ("paused", "stop"),
        ("off", "stop"),
        ("unknown", None),
    ],
)
def test_a_music_player_shows_play_or_stop(state: str, shown: str | None) -> None:
    trait = the("media_player", "music_player")
    player = an("media_player.x", state, supported_features=PLAY | PAUSE)
    assert trait.describe(player) == Description(
        data_type=DataType.STRING, writable=True
    )
    assert trait.value(player, DataType.STRING) == shown


@pytest.mark.parametrize(
    ("state", "written", "service"),
    [
        ("paused", "play", "media_play"),
        ("playing", "stop", "media_pause"),
        ("playing", "prev", "media_previous_track"),
        ("playing", "next", "media_next_track"),
        ("playing", "play", None),
        ("off", "stop", None),
    ],
)
def test_the_buttons_of_a_music_player_do_what_they_say(
    state: str, written: str, service: str | None
) -> None:
    player = an(
        "media_player.x", state, supported_features=PLAY | PAUSE | NEXT | PREVIOUS
    )
    action = the("media_player", "music_player").action(player, written)
    assert action == (Action("media_player", service, TARGET) if service else None)


@pytest.mark.parametrize("written", ["next", "prev", "play", "", "louder", 1, True])
def test_a_music_player_refuses_a_button_that_the_player_has_not(
    written: Value,
) -> None:
    player = an("media_player.x", "idle", supported_features=PAUSE)
    with pytest.raises(NotWritable):
        the("media_player", "music_player").action(player, written)


@pytest.mark.parametrize(("features", "written"), [(PLAY, 0), (PAUSE, 1), (0, 0)])
def test_a_player_that_can_not_play_or_pause_refuses_it(
    features: int, written: int
) -> None:
    player = an("media_player.x", "idle", supported_features=features)
    with pytest.raises(NotWritable):
        the("media_player", "playing").action(player, written)


# --- Volume ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "value"),
    [
        (0.42, 42),
        (0.425, 42),
        (0, 0),
        (1, 100),
        ("0.5", 50),
        (7, 100),
        (-1, 0),
        (None, None),
        ("loud", None),
        ([0.5], None),
        (float("nan"), None),
    ],
    ids=str,
)
def test_a_volume_is_told_in_percent(level: object, value: int | None) -> None:
    player = an("media_player.x", "playing", volume_level=level)
    trait = the("media_player", "volume")
    assert trait.value(player, DataType.INTEGER) == value
    described = Description(
        data_type=DataType.INTEGER, unit="%", limits=Limits(0, 100, 1)
    )
    assert trait.describe(player) == (None if value is None else described)
    with pytest.raises(NotWritable):
        trait.action(player, 50)


@pytest.mark.parametrize(
    ("written", "level"),
    [(0, 0), (50, 0.5), ("7", 0.07), (100, 1), (900, 1), (-5, 0), (33.4, 0.334)],
)
def test_a_written_percentage_sets_the_volume(written: Value, level: float) -> None:
    """The one that it has keeps its exact level."""
    player = an(
        "media_player.x", "playing", volume_level=0.334, supported_features=VOLUME
    )
    action = the("media_player", "volume").action(player, written)
    assert action == Action(
        "media_player", "volume_set", TARGET | {"volume_level": level}
    )


def test_mute_and_shuffle_go_both_ways() -> None:
    player = an(
        "media_player.x",
        "playing",
        is_volume_muted=True,
        shuffle=False,
        supported_features=MUTE | SHUFFLE,
    )
    mute, shuffle = the("media_player", "mute"), the("media_player", "shuffle")
    assert mute.value(player, DataType.INTEGER) == 1
    assert shuffle.value(player, DataType.INTEGER) == 0
    assert mute.action(player, 0) == Action(
        "media_player", "volume_mute", TARGET | {"is_volume_muted": False}
    )
    assert shuffle.action(player, 1) == Action(
        "media_player", "shuffle_set", TARGET | {"shuffle": True}
    )


# --- What plays --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "title"),
    [
        ({"media_artist": "Nina", "media_title": "Sinnerman"}, "Nina – Sinnerman"),
        ({"media_title": "Sinnerman"}, "Sinnerman"),
        ({"media_artist": "Nina"}, "Nina"),
        ({"media_artist": "", "media_title": "News"}, "News"),
        ({"media_album_artist": "Nina", "media_title": "Live"}, "Nina – Live"),
        ({"media_series_title": "Lost", "media_title": "Pilot"}, "Lost – Pilot"),
        ({"media_channel": "Radio 1", "media_title": "News"}, "Radio 1 – News"),
        ({"media_artist": ["Nina"], "media_title": 5}, ""),
        ({}, ""),
    ],
    ids=str,
)
def test_a_title_tells_who_and_what_plays(
    attributes: dict[str, object], title: str
) -> None:
    trait = the("media_player", "title")
    player = an("media_player.x", "playing", **attributes)
    assert trait.describe(player) == Description(data_type=DataType.STRING)
    assert trait.value(player, DataType.STRING) == title
    assert not trait.urgent
    with pytest.raises(NotWritable):
        trait.action(player, "Feeling Good")


def test_a_player_that_is_off_plays_nothing_and_one_that_is_away_tells_nothing() -> (
    None
):
    trait = the("media_player", "title")
    assert trait.value(an("media_player.x", "off"), DataType.STRING) == ""
    assert trait.value(an("media_player.x", "unavailable"), DataType.STRING) is None


@pytest.mark.parametrize(
    ("key", "feature", "service"),
    [
        ("next", NEXT, "media_next_track"),
        ("previous", PREVIOUS, "media_previous_track"),
    ],
)
def test_another_track_is_a_push_of_a_button_away(
    key: str, feature: int, service: str
) -> None:
    trait = the("media_player", key)
    player = an("media_player.x", "playing", supported_features=feature)
    assert trait.momentary
    assert trait.action(player, 1) == Action("media_player", service, TARGET)
    assert trait.action(player, 0) is None
    assert trait.value(player, DataType.INTEGER) == 0
    with pytest.raises(NotWritable):
        trait.action(an("media_player.x", "playing", supported_features=0), 1)


# --- Choices -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "feature", "attribute", "attributes", "service"),
    [
        ("source", SOURCE, "source", {"source_list": ["a", "b"]}, "select_source"),
        (
            "sound_mode",
            SOUND,
            "sound_mode",
            {"sound_mode_list": ["a", "b"]},
            "select_sound_mode",
        ),
        ("repeat", REPEAT, "repeat", {}, "repeat_set"),
    ],
)
def test_a_choice_goes_both_ways(
    key: str,
    feature: int,
    attribute: str,
    attributes: dict[str, object],
    service: str,
) -> None:
    trait = the("media_player", key)
    options = ("a", "b") if attributes else ("off", "one", "all")
    player = an(
        "media_player.x",
        "playing",
        supported_features=feature,
        **{attribute: options[1]},
        **attributes,
    )
    assert trait.describe(player) == Description(
        data_type=DataType.ENUM,
        options=options,
        wording=Wording(attribute),
        writable=True,
    )
    assert trait.value(player, DataType.ENUM) == 1
    assert trait.action(player, 0) == Action(
        "media_player", service, TARGET | {attribute: options[0]}
    )
    with pytest.raises(NotWritable):
        trait.action(player, len(options))
