"""The rules without any network: time, quota, template, values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from simulator import (
    AfterRedirect,
    Behaviour,
    Cloud,
    Datastream,
    DataType,
    OverQuota,
    Region,
    Transport,
)
from simulator.changes import Change, ChangeKind
from simulator.datastreams import datastream_from_json
from simulator.device import Device
from simulator.fields import Json
from simulator.links import ConnectAttempt, EndReason, LinkInfo, Refusal
from simulator.quota import Meter, MonthlyQuota, RateLimit
from simulator.subscriptions import filter_is_allowed, filter_matches
from simulator.values import to_text

from .conftest import TEMPLATE, TOKEN

START = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
DAY = 86_400.0


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: float = START

    def __call__(self) -> float:
        """Return the time, epoch seconds."""
        return self.now


@dataclass(eq=False)
class RecordedLink:
    """A link that only remembers; everything is subscribed."""

    info: LinkInfo = field(
        default_factory=lambda: LinkInfo(
            1, "fra1", Transport.TCP, "", "3.1.1", "test", 45, START
        )
    )
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    ended: list[EndReason] = field(default_factory=list)

    def subscribed(self, topic: str) -> bool:
        """Want everything."""
        return bool(topic)

    def message_size(self, topic: str, payload: bytes, qos: int) -> int:
        """Give a size that grows with the message."""
        return len(topic) + len(payload) + qos

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Remember the message."""
        self.sent.append((topic, payload))

    def redirect(self, uri: str, then: AfterRedirect) -> None:
        """Remember the redirect."""
        self.sent.append((f"redirect, then {then}", uri.encode()))

    def end(self, reason: EndReason) -> None:
        """Remember the end."""
        self.ended.append(reason)

    def cut(self, *, abort: bool) -> None:
        """Remember the end."""
        self.ended.append(EndReason.NORMAL)


@pytest.fixture
def clock() -> Clock:
    """Return a clock at the start of a month."""
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Cloud:
    """Return a cloud without servers."""
    return Cloud(
        template_id="TMPLabcd1234",
        template_name="Home",
        datastreams=TEMPLATE,
        regions={
            "fra1": Region("fra1", mqtt_port=1),
            "ny3": Region("ny3", mqtt_port=2),
        },
        behaviour=Behaviour(),
        clock=clock,
    )


@pytest.fixture
def device(cloud: Cloud) -> Device:
    """Return the cloud's device."""
    return cloud.add_device(TOKEN)


@pytest.fixture
def link(cloud: Cloud, device: Device) -> RecordedLink:
    """Return the link that makes the device online."""
    recorded = RecordedLink()
    cloud.attach(device, recorded)
    return recorded


def attempt(region: str = "fra1", token: str | None = TOKEN) -> ConnectAttempt:
    """Return a CONNECT."""
    return ConnectAttempt(region, Transport.TCP, 4, "", "device", token)


# --- Time ----------------------------------------------------------------------


def test_a_month_of_messages(cloud: Cloud, device: Device, clock: Clock) -> None:
    """A message every 20 s is too much for a free organization from the 24th on."""
    dropped_on: set[int] = set()
    for step in range(31 * 4320):
        clock.now = START + step * 20
        cloud.uplink(device, "ds/Switch", b"1", 12)
        if device.dropped:
            dropped_on.add(1 + step // 4320)
    assert min(dropped_on) == 24
    assert device.dropped == 31 * 4320 - 100_000
    assert device.messages_used == 31 * 4320
    clock.now = START + 31 * DAY
    assert cloud.quota.used(clock.now) == 0
    assert cloud.uplink(device, "ds/Switch", b"0", 12) is None
    assert device.datastreams["Switch"].value == 0
    assert device.messages_used == 1


def test_the_organization_shares_its_quota(cloud: Cloud, device: Device) -> None:
    other = cloud.add_device("y" * 32)
    cloud.behaviour.monthly_quota = 1
    cloud.uplink(device, "ds/Switch", b"1", 12)
    cloud.uplink(other, "ds/Switch", b"1", 12)
    assert other.datastreams["Switch"].value is None
    cloud.behaviour.over_quota = OverQuota.REFUSE
    assert cloud.uplink(device, "ds/Switch", b"0", 12) is EndReason.QUOTA
    assert cloud.admit(attempt(token="y" * 32)).refusal is Refusal.QUOTA


@pytest.mark.parametrize(
    ("now", "same_month", "next_month"),
    [
        ("2026-11-30T23:59:59", "2026-11-01T00:00:00", "2026-12-01T00:00:00"),
        ("2026-12-31T23:59:59", "2026-12-31T23:59:59", "2027-01-01T00:00:00"),
        ("2028-02-01T00:00:00", "2028-02-29T23:59:59", "2028-03-01T00:00:00"),
    ],
)
def test_the_quota_starts_again_with_the_month(
    now: str, same_month: str, next_month: str
) -> None:
    quota = MonthlyQuota()
    assert quota.spend(_epoch(now), 1)
    assert not quota.spend(_epoch(same_month), 1)
    assert quota.spend(_epoch(next_month), 1)


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_the_rate_is_that_of_any_second() -> None:
    rate = RateLimit()
    assert not any(rate.exceeded(0.9 + step / 100, 3) for step in range(3))
    assert rate.exceeded(1.5, 3)
    assert not rate.exceeded(2.6, 3)


def test_the_meter_looks_back_a_minute() -> None:
    meter = Meter()
    for second in range(100):
        meter.count(second)
        meter.count(second + 0.5)
    assert meter.per_minute(99.9) == 120
    assert meter.per_minute(200) == 0


# --- Connections ---------------------------------------------------------------


def test_the_device_belongs_to_its_newest_link(
    cloud: Cloud, device: Device, link: RecordedLink
) -> None:
    newer = RecordedLink()
    cloud.attach(device, newer)
    assert link.ended == [EndReason.TAKEN_OVER]
    cloud.detach(device, link)
    assert device.link is newer
    cloud.detach(device, newer)
    assert not device.online


def test_the_default_redirect_follows_the_behaviour(
    cloud: Cloud, device: Device, link: RecordedLink
) -> None:
    cloud.behaviour.after_redirect = AfterRedirect.STAY
    cloud.redirect(device, region="ny3")
    assert link.sent == [("redirect, then stay", b"mqtt://127.0.0.1:2")]
    assert not device.online
    assert cloud.admit(attempt("fra1")).redirect_uri == "mqtt://127.0.0.1:2"
    assert cloud.admit(attempt("ny3")).redirect_uri is None


def test_a_revoked_token_opens_nothing(
    cloud: Cloud, device: Device, link: RecordedLink
) -> None:
    cloud.deny(device)
    assert link.ended == [EndReason.NOT_AUTHORISED]
    for token in (TOKEN, "", None):
        assert cloud.admit(attempt(token=token)).refusal is Refusal.BAD_CREDENTIALS


def test_watchers_hear_of_every_change(cloud: Cloud, device: Device) -> None:
    heard: list[Change] = []
    cloud.watchers.append(heard.append)
    cloud.uplink(device, "batch_ds", b'{"Switch": 1, "Open": true}', 40)
    cloud.uplink(device, "nonsense", b"", 12)
    assert [(change.kind, change.name) for change in heard] == [
        (ChangeKind.DATASTREAM, "Switch"),
        (ChangeKind.DATASTREAM, "Open"),
        (ChangeKind.DIAGNOSTIC, ""),
    ]


def test_no_token_is_in_a_repr(cloud: Cloud, device: Device) -> None:
    assert TOKEN not in repr(device)
    assert TOKEN not in repr(attempt())


# --- Template ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", " x", "x ", "a/b", "a,b", "a+", "#", "a\0"])
def test_a_datastream_needs_an_addressable_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Datastream(name=name, pin=1)


def test_a_datastream_needs_a_possible_range() -> None:
    with pytest.raises(ValueError, match="min above max"):
        Datastream(name="A", pin=1, min=2, max=1)


def test_a_datastream_can_be_written_as_json() -> None:
    """Every field of the definition, for each type that has fields of its own."""
    mode: dict[str, Json] = {
        "name": "Mode",
        "pin": 4,
        "type": "enum",
        "labels": ["Off", "Heat"],
        "fallback": 1,
        "default": 0,
        "sync": True,
        "control": False,
        "raw": True,
        "confirm_timeout": 5,
    }
    place: dict[str, Json] = {
        "name": "Place",
        "pin": 5,
        "type": "location",
        "default": [13.4, 52.5],
    }
    level: dict[str, Json] = {
        "name": "Level",
        "pin": 6,
        "min": 0,
        "max": 9.5,
        "step": 0.5,
        "decimals": 1,
    }
    assert [
        datastream_from_json({**each, "unit": None}) for each in (mode, place, level)
    ] == [
        Datastream(
            name="Mode",
            pin=4,
            type=DataType.ENUM,
            labels=("Off", "Heat"),
            fallback=1,
            default=0,
            sync=True,
            control=False,
            raw=True,
            confirm_timeout=5,
        ),
        Datastream(name="Place", pin=5, type=DataType.LOCATION, default=(13.4, 52.5)),
        Datastream(name="Level", pin=6, min=0, max=9.5, step=0.5, decimals=1),
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"type": "int"}, "unknown type: int"),
        ({"labels": "Off"}, "labels is a list of texts"),
        ({"labels": [1]}, "labels is a list of texts"),
        ({"default": [1, 2]}, "default does not fit"),
        ({"min": True}, "min is a number"),
        ({"pin": 1.5}, "pin is an integer"),
        ({"sync": 1}, "sync is true or false"),
        ({"unit": 5}, "unit is a text"),
    ],
)
def test_a_mistake_in_a_datastream_is_named(
    changes: dict[str, Json], error: str
) -> None:
    with pytest.raises(ValueError, match=error):
        datastream_from_json({"name": "A", "pin": 1, **changes})


@pytest.mark.parametrize(("pin", "found"), [(0, "Switch"), (6, "Wohnzimmer Größe")])
def test_a_datastream_is_found_by_pin(device: Device, pin: int, found: str) -> None:
    state = device.by_pin(pin)
    assert state is not None
    assert state.definition.name == found


def test_the_history_has_an_end(
    cloud: Cloud, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.history.LENGTH", 100)
    cloud.behaviour.max_rate = 0
    for value in range(150):
        cloud.uplink(device, "ds/Text", str(value).encode(), 10)
    history = device.datastreams["Text"].history
    assert [history[0].value, history[-1].value, len(history)] == ["50", "149", 100]


# --- Small rules ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic_filter", "topic", "matches"),
    [
        ("downlink/#", "downlink/ds/A", True),
        ("downlink/#", "downlink", True),
        ("downlink/#", "downlinks/x", False),
        ("downlink/ds/#", "downlink/ping", False),
        ("downlink/ping", "downlink/ping", True),
        ("downlink/ping", "downlink/ping/x", False),
    ],
)
def test_filters_match_as_in_mqtt(topic_filter: str, topic: str, matches: bool) -> None:
    assert filter_is_allowed(topic_filter)
    assert filter_matches(topic_filter, topic) is matches


@pytest.mark.parametrize(
    "topic_filter", ["downlink/a#", "downlink/#/a", "downlink/#/#"]
)
def test_a_wildcard_stands_alone_at_the_end(topic_filter: str) -> None:
    assert not filter_is_allowed(topic_filter)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e21, b"1000000000000000000000"),
        (1.5e-7, b"0.00000015"),
        (-0.0, b"-0.0"),
        (3, b"3"),
        (False, b"0"),
        ((1e-9, 2.0), b"0.000000001\x002.0"),
    ],
)
def test_numbers_are_written_without_exponent(
    value: float | tuple[float, float], text: bytes
) -> None:
    assert to_text(value) == text


def test_an_enum_without_fallback_refuses_unknown_keys(cloud: Cloud) -> None:
    cloud.define(
        [Datastream(name="Mode", pin=4, type=DataType.ENUM, labels=("Off", "Heat"))]
    )
    device = cloud.add_device(TOKEN)
    cloud.uplink(device, "ds/Mode", b"5", 8)
    assert device.datastreams["Mode"].value is None
    assert device.diagnostics[-1].text == "Mode: not of type enum"
