"""What comes down: packets become typed messages, without the token in them."""

from collections.abc import Callable
import logging
import re
from typing import Final

from .errors import InvalidEndpoint, InvalidMessage
from .messages import (
    DatastreamWrite,
    Diagnostic,
    Downlink,
    FirmwareOffer,
    MetadataValue,
    Redirect,
    parse,
)

_LOGGER: Final = logging.getLogger(__name__)

_LOGGED_TOPIC_MAX: Final = 80


class Inbox:
    """Hands on what means something, and drops with a debug line what does not."""

    def __init__(
        self,
        token: str,
        *,
        on_message: Callable[[Downlink], None],
        on_redirect: Callable[[str], None],
    ) -> None:
        """Take who hears messages, and who follows redirects.

        `on_redirect` may raise InvalidEndpoint; an error of `on_message` costs the one
        message.
        """
        # Whatever the case: host names are folded before they are shown.
        self._secret = re.compile(re.escape(token), re.IGNORECASE)
        self._on_message = on_message
        self._on_redirect = on_redirect
        self._unhandled: set[type[Downlink]] = set()
        """Sorts of messages of which was told that they could not be handled."""

    def receive(self, topic: str, payload: bytes) -> None:
        """Turn a packet into a message, and hand it on."""
        try:
            message = parse(topic, payload)
            if isinstance(message, Redirect):
                self._on_redirect(self._scrub(message.target))
                return
        except (InvalidMessage, InvalidEndpoint) as error:
            _LOGGER.debug(
                "Ignored message on %s: %s",
                repr(self._scrub(topic)[:_LOGGED_TOPIC_MAX]),
                error,
            )
            return
        try:
            self._on_message(self._scrub_message(message))
        # The link would take it for malformed data, and end: once a message, for ever.
        except Exception:
            kind = type(message)
            _LOGGER.log(
                logging.DEBUG if kind in self._unhandled else logging.ERROR,
                "A %s could not be handled",
                kind.__name__,
                exc_info=True,
            )
            self._unhandled.add(kind)

    def _scrub_message(self, message: Downlink) -> Downlink:
        """Return a message without the token: its texts end up in states and logs."""
        match message:
            case DatastreamWrite(name, text):
                return DatastreamWrite(self._scrub(name), self._scrub(text))
            case MetadataValue(name, text):
                return MetadataValue(self._scrub(name), self._scrub(text))
            case Diagnostic(text):
                return Diagnostic(self._scrub(text))
            case FirmwareOffer(str() as version):
                return FirmwareOffer(self._scrub(version))
        return message

    def _scrub(self, text: str) -> str:
        """Return a server's text without the token."""
        return self._secret.sub("[token]", text)
