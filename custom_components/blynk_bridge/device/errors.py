"""What can go wrong between us and Blynk.Cloud."""

from enum import StrEnum
from typing import TYPE_CHECKING

from .reasons import PATIENT, meaning

if TYPE_CHECKING:
    from .values import DataType


class BlynkError(Exception):
    """Base of every error this package raises."""


class InvalidEndpoint(BlynkError):
    """A host, port or URI that no connection can be made to."""


class InvalidName(BlynkError):
    """A datastream name that can't be addressed over MQTT."""


class InvalidMessage(BlynkError):
    """A downlink that does not have the documented form."""


class InvalidValue(BlynkError):
    """A value that has no form in its datastream's type.

    The value itself is left out: it may be anything the cloud sent us.
    """

    def __init__(self, data_type: DataType) -> None:
        """Name the type that was expected."""
        super().__init__(f"not a value of type {data_type}")


class LinkError(BlynkError):
    """The connection could not be made, or was lost."""


class ConnectTimeout(LinkError):
    """No CONNACK within the time limit over DNS, TCP, TLS, WebSocket and MQTT."""


class HostNotFound(LinkError):
    """The server's name has no address, or nobody says which."""


class NotMqtt(LinkError):
    """Something else answers: a web server, or a captive portal with its page."""


class TlsProblem(StrEnum):
    """What is wrong with a server's TLS."""

    CERTIFICATE = "certificate"
    EXPIRED = "expired"
    HANDSHAKE = "handshake"
    NOT_YET_VALID = "not_yet_valid"
    """By this system's clock, which may be the one that is wrong."""
    NO_TLS = "no_tls"
    OUTDATED = "outdated"
    SELF_SIGNED = "self_signed"
    UNKNOWN_AUTHORITY = "unknown_authority"
    WRONG_NAME = "wrong_name"


_TLS_WORDS = {
    TlsProblem.CERTIFICATE: "the server's certificate is not valid",
    TlsProblem.EXPIRED: "the server's certificate has expired",
    TlsProblem.HANDSHAKE: "the TLS hand-shake failed",
    TlsProblem.NOT_YET_VALID: (
        "the server's certificate is not valid yet; is this system's clock right?"
    ),
    TlsProblem.NO_TLS: "no TLS at this port",
    TlsProblem.OUTDATED: "the server speaks no safe version of TLS",
    TlsProblem.SELF_SIGNED: "the server's certificate is self-signed",
    TlsProblem.UNKNOWN_AUTHORITY: (
        "the server's certificate is of an authority that this system does not know"
    ),
    TlsProblem.WRONG_NAME: "the server's certificate is for another name",
}


class TlsError(LinkError):
    """The server's certificate or TLS version is not acceptable."""

    def __init__(self, problem: TlsProblem) -> None:
        """Keep what is wrong."""
        super().__init__(_TLS_WORDS[problem])
        self.problem = problem


class ConnectionRefused(LinkError):
    """The broker answered CONNECT with a reason code other than success."""

    def __init__(self, code: int, server_reference: str | None = None) -> None:
        """Keep the reason, as an MQTT 5 reason code whatever the version."""
        super().__init__(f"connection refused: {meaning(code)}")
        self.code = code
        self.server_reference = server_reference


class InvalidToken(ConnectionRefused):
    """The broker does not accept the auth token (reason 0x86 or 0x87)."""


class ProtocolRefused(ConnectionRefused):
    """The broker does not speak the chosen version of MQTT (reason 0x84)."""


class SubscriptionRefused(LinkError):
    """The broker does not let us subscribe to `downlink/#`."""


class ConnectionLost(LinkError):
    """The connection ended; on MQTT 5 perhaps with a reason from the server."""

    def __init__(
        self, code: int | None = None, server_reference: str | None = None
    ) -> None:
        """Keep the reason code of the server's DISCONNECT, where it gave one."""
        super().__init__(
            "connection lost"
            if code is None
            else f"connection ended by the server: {meaning(code)}"
        )
        self.code = code
        self.server_reference = server_reference


class NotAcknowledged(LinkError):
    """A publish or a subscription was not acknowledged in time."""


class PublishRefused(NotAcknowledged):
    """The server acknowledged a publish with a reason not to take it (MQTT 5)."""

    def __init__(self, code: int) -> None:
        """Keep the reason code."""
        super().__init__(f"publish refused: {meaning(code)}")
        self.code = code

    @property
    def will_pass(self) -> bool:
        """Return whether it is the time that the server minds, and not the message."""
        return self.code in PATIENT


class NotConnected(LinkError):
    """There is no session to publish on."""


class RedirectRefused(LinkError):
    """The server sent us somewhere the token must not go."""

    def __init__(self, target: str, reason: str, host: str | None = None) -> None:
        """Keep where it wanted us to go, without anything secret.

        `host` is whom the user may trust by name; None where that changes nothing.
        """
        super().__init__(f"redirect to {target} refused: {reason}")
        self.target = target
        self.reason = reason
        self.host = host


class TooManyRedirects(LinkError):
    """Redirected in a circle, or more often than five times a minute."""


class TokenInUse(LinkError):
    """The session ends within seconds, again and again, or was taken over.

    Another client on the same token does that: Blynk allows one.
    """


class Unheard(TokenInUse):
    """Everything is acknowledged and nothing answered: the server serves another client."""
