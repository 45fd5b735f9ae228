"""What keeps the device offline, in words that tell the user what to do."""

from enum import StrEnum
from typing import Final

from .device.errors import (
    BlynkError,
    ConnectionLost,
    ConnectionRefused,
    ConnectTimeout,
    HostNotFound,
    InvalidToken,
    NotAcknowledged,
    NotMqtt,
    ProtocolRefused,
    RedirectRefused,
    SubscriptionRefused,
    TlsError,
    TlsProblem,
    TokenInUse,
    TooManyRedirects,
)


class Problem(StrEnum):
    """Why there is no connection. Each has a text in the translations, in two places."""

    CLOSED = "closed"
    CREDENTIALS = "credentials"
    HOST_NOT_FOUND = "host_not_found"
    NO_ANSWER = "no_answer"
    NOT_MQTT = "not_mqtt"
    REDIRECT_REFUSED = "redirect_refused"
    REFUSED = "refused"
    SECOND_CLIENT = "second_client"
    TLS_CERTIFICATE = "tls_certificate"
    TLS_EXPIRED = "tls_expired"
    TLS_HANDSHAKE = "tls_handshake"
    TLS_NO_TLS = "tls_no_tls"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_OUTDATED = "tls_outdated"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNKNOWN_AUTHORITY = "tls_unknown_authority"
    TLS_WRONG_NAME = "tls_wrong_name"
    TOO_MANY = "too_many"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    UNREACHABLE = "unreachable"


# An error is of the first kind that fits.
_OF_ERROR: Final[dict[type[BaseException], Problem]] = {
    InvalidToken: Problem.CREDENTIALS,
    ProtocolRefused: Problem.REFUSED,
    SubscriptionRefused: Problem.REFUSED,
    ConnectTimeout: Problem.NO_ANSWER,
    NotAcknowledged: Problem.NO_ANSWER,
    TimeoutError: Problem.NO_ANSWER,
    HostNotFound: Problem.HOST_NOT_FOUND,
    NotMqtt: Problem.NOT_MQTT,
    RedirectRefused: Problem.REDIRECT_REFUSED,
    TokenInUse: Problem.SECOND_CLIENT,
    TooManyRedirects: Problem.TOO_MANY_REDIRECTS,
}
# MQTT 5's message rate, quota and connection rate.
_TOO_MANY: Final = frozenset({0x96, 0x97, 0x9F})
_OF_TLS: Final = {problem: Problem(f"tls_{problem}") for problem in TlsProblem}


def problem_of(error: BlynkError | TimeoutError) -> Problem:
    """Return what an error comes to for the user."""
    match error:
        case TlsError():
            return _OF_TLS[error.problem]
        case ConnectionRefused() | ConnectionLost() if error.code in _TOO_MANY:
            return Problem.TOO_MANY
    for kind, problem in _OF_ERROR.items():
        if isinstance(error, kind):
            return problem
    match error:
        case ConnectionRefused():
            return Problem.REFUSED
        case ConnectionLost():
            return Problem.CLOSED
    return Problem.UNREACHABLE
