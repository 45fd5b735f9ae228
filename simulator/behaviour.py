"""What nobody has documented about Blynk.Cloud, and every fault, as typed switches.

The first member of each enum and each field's default is the likeliest reading of Blynk's docs;
the other values are there so that a client can be tested against every reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import UnionType
from typing import get_args, get_type_hints


class RefuseCode(StrEnum):
    """The CONNACK code for a bad token."""

    BAD_CREDENTIALS = "bad_credentials"  # 4 / 0x86
    NOT_AUTHORISED = "not_authorised"  # 5 / 0x87


class WrongRegion(StrEnum):
    """What a good token gets in a region that is not its home."""

    REDIRECT = "redirect"
    REFUSE = "refuse"


class AfterRedirect(StrEnum):
    """What the broker does with the connection it has redirected."""

    CLOSE = "close"
    STAY = "stay"
    DISCONNECT_9D = "disconnect_9d"  # MQTT 5 DISCONNECT 0x9D with a Server Reference


class SecondClient(StrEnum):
    """Who loses when two clients use one token."""

    OLD_CLOSED = "old_closed"
    NEW_REFUSED = "new_refused"
    NEW_MUTE = "new_mute"  # accepted and acknowledged, but nothing stored or delivered


class BadSubscription(StrEnum):
    """The answer to a topic filter outside the access rules."""

    FAILURE = "failure"
    SILENT = "silent"  # granted, and nothing is ever delivered
    DISCONNECT = "disconnect"


class UnsetAnswer(StrEnum):
    """The answer to get/ds for a datastream with neither value nor default."""

    NOTHING = "nothing"
    EMPTY = "empty"


class BooleanText(StrEnum):
    """The text form of a Boolean downlink, which the docs leave open."""

    DIGITS = "digits"
    WORDS = "words"


class Oversize(StrEnum):
    """The answer to a message above the size limit."""

    DIAG = "diag"
    DISCONNECT = "disconnect"  # 0x95 on MQTT 5


class OverRate(StrEnum):
    """The answer to too many messages a second."""

    DISCONNECT = "disconnect"  # 0x96 on MQTT 5
    DIAG = "diag"


class OverQuota(StrEnum):
    """What happens when the month's messages are used up."""

    DIAG_DROP = "diag_drop"
    REFUSE = "refuse"  # disconnect, then refuse connections: 0x97 on MQTT 5


class Unavailable(StrEnum):
    """A reason to refuse every connection: 3 on MQTT 3.1.1, its own code on MQTT 5."""

    NO = "no"
    UNAVAILABLE = "unavailable"  # 0x88
    BUSY = "busy"  # 0x89
    QUOTA = "quota"  # 0x97
    USE_ANOTHER_SERVER = "use_another_server"  # 0x9C
    SERVER_MOVED = "server_moved"  # 0x9D
    CONNECTION_RATE = "connection_rate"  # 0x9F


class Protocols(StrEnum):
    """The MQTT versions that are served; the other gets CONNACK 1 / 0x84."""

    BOTH = "both"
    ONLY_311 = "only_311"
    ONLY_5 = "only_5"


class HttpWrongRegion(StrEnum):
    """What the device HTTPS API says to a token of another region."""

    REDIRECT = "redirect"  # 308
    REFUSE = "refuse"  # "Invalid token."


@dataclass(slots=True)
class Behaviour:
    """Every variant and fault, changeable while the simulator runs. Times are in seconds."""

    # Connection
    refuse_code: RefuseCode = RefuseCode.BAD_CREDENTIALS
    unavailable: Unavailable = Unavailable.NO
    protocols: Protocols = Protocols.BOTH
    second_client: SecondClient = SecondClient.OLD_CLOSED
    connack_delay: float = 0.0
    withhold_connack: bool = False
    close_before_connack: bool = False
    grant_keepalive: int | None = None  # Server Keep Alive, MQTT 5
    receive_maximum: int | None = None  # Receive Maximum, MQTT 5
    keepalive_factor: float = (
        1.5  # silence allowed, in keepalives; another page says 2.3
    )
    withhold_pingresp: bool = False
    mute: bool = False  # accept TCP and say nothing, not even TLS

    # Redirects
    wrong_region: WrongRegion = WrongRegion.REDIRECT
    after_redirect: AfterRedirect = AfterRedirect.CLOSE
    redirect_before_suback: bool = False  # never answer SUBSCRIBE before or after it
    redirect_close_delay: float = 0.05
    redirect_always: str | None = None  # after every CONNACK: a URI, or "next" region
    http_wrong_region: HttpWrongRegion = HttpWrongRegion.REDIRECT

    # Subscriptions and acknowledgements
    bad_subscription: BadSubscription = BadSubscription.FAILURE
    every_subscription_bad: bool = False  # downlink/# too
    suback_delay: float = 0.0
    withhold_suback: bool = False
    puback_delay: float = 0.0
    withhold_puback: bool = False
    puback_code: int = 0  # of all but info/mcu on MQTT 5; 0x80 and above refuse them
    downlink_qos: int = 0  # of downlink/ds/…, up to what was granted

    # Datastreams
    pin_addressing: bool = False
    withhold_answers: bool = False  # to get/ds
    unset_answer: UnsetAnswer = UnsetAnswer.NOTHING
    boolean_text: BooleanText = BooleanText.DIGITS
    echo: bool = False
    revert_unconfirmed: bool = True  # of datastreams with a confirm_timeout

    # Limits
    max_message_size: int = 1024  # variable header + payload, bytes
    oversize: Oversize = Oversize.DIAG
    max_rate: int = 20  # messages a second; 0 = unlimited
    over_rate: OverRate = OverRate.DISCONNECT
    imports_per_day: int = 10_000  # points with a time; another page says 100,000
    monthly_quota: int = 100_000
    over_quota: OverQuota = OverQuota.DIAG_DROP
    count_downlinks: bool = False

    def as_json(self) -> dict[str, str | int | float | bool | None]:
        """Return every field by name, enums as their text."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def apply(self, changes: Mapping[str, object]) -> None:
        """Set several fields from JSON values: all of them, or none on ValueError."""
        hints = get_type_hints(Behaviour)
        checked: dict[str, object] = {}
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"no such behaviour: {name}")
            checked[name] = _checked(name, hints[name], value)
        for name, value in checked.items():
            setattr(self, name, value)


def _checked(name: str, hint: object, value: object) -> object:
    """Return value as the type of its field, or raise ValueError."""
    if isinstance(hint, UnionType):
        if value is None:
            return None
        hint = get_args(hint)[0]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if value in [*hint]:
            return hint(str(value))
        raise ValueError(f"{name} is one of {', '.join(hint)}")
    if hint in {int, float}:
        return _checked_number(name, hint, value)
    if isinstance(hint, type) and isinstance(value, hint):
        return value
    raise ValueError(f"{name} does not take {value!r}")


def _checked_number(name: str, hint: object, value: object) -> float:
    """Return value as a count or as seconds, or raise ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        if hint is float:
            return float(value)
        if isinstance(value, int):
            return value
    raise ValueError(f"{name} does not take {value!r}")
