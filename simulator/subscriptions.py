"""Which topics a session is subscribed to, and which it may be."""

from __future__ import annotations

from .behaviour import BadSubscription
from .links import EndReason
from .mqtt.packets import V311, Subscription

TOPIC_PREFIX = "downlink/"
FAILURE = 0x80
NOT_AUTHORISED = 0x87
WILDCARDS_NOT_SUPPORTED = 0xA2
NO_SUBSCRIPTION_EXISTED = 0x11


class SubscriptionForbidden(Exception):
    """A filter for which the connection is closed, with this reason."""

    reason = EndReason.NOT_AUTHORISED


class Subscriptions:
    """The granted filters of one session, each with its QoS."""

    def __init__(self) -> None:
        """Begin without any."""
        self._granted: dict[str, int] = {}

    def qos(self, topic: str) -> int | None:
        """Return the greatest granted QoS for a topic, or None without a subscription."""
        return max(
            (
                qos
                for known, qos in self._granted.items()
                if filter_matches(known, topic)
            ),
            default=None,
        )

    def add(
        self,
        wish: Subscription,
        level: int,
        if_bad: BadSubscription,
        *,
        every_bad: bool = False,
    ) -> int:
        """Grant or refuse a filter, every one if need be; return the code for SUBACK [10].

        Raises SubscriptionForbidden where a bad filter ends the connection.
        """
        if filter_is_allowed(wish.topic_filter) and not every_bad:
            self._granted[wish.topic_filter] = wish.qos
            return wish.qos
        match if_bad:
            case BadSubscription.SILENT:
                return wish.qos
            case BadSubscription.DISCONNECT:
                raise SubscriptionForbidden
            case BadSubscription.FAILURE:
                return _failure(wish.topic_filter, level)

    def remove(self, topic_filter: str) -> int:
        """Take a filter back; return the code for UNSUBACK."""
        known = self._granted.pop(topic_filter, None)
        return NO_SUBSCRIPTION_EXISTED if known is None else 0


def _failure(topic_filter: str, level: int) -> int:
    if level == V311:
        return FAILURE
    wildcard = "+" in topic_filter or "#" in topic_filter.removesuffix("/#")
    return WILDCARDS_NOT_SUPPORTED if wildcard else NOT_AUTHORISED


def filter_is_allowed(topic_filter: str) -> bool:
    """Whether Blynk grants the filter: under downlink/, no wildcard but a trailing '#'.

    Blynk docs: device-mqtt-api/authentication.
    """
    if not topic_filter.startswith(TOPIC_PREFIX) or "+" in topic_filter:
        return False
    fixed = topic_filter.removesuffix("/#")
    return "#" not in fixed


def filter_matches(topic_filter: str, topic: str) -> bool:
    """Whether an allowed filter covers the topic."""
    if not topic_filter.endswith("/#"):
        return topic == topic_filter
    return topic.startswith(topic_filter[:-1]) or topic == topic_filter[:-2]
