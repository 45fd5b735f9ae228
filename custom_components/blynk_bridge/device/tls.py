"""What is wrong with a server's TLS, in the words of who can mend it."""

import ssl
from typing import Final

from .errors import TlsError, TlsProblem

# OpenSSL's x509_vfy.h: X509_V_ERR_….
_OF_CERTIFICATE: Final = {
    9: TlsProblem.NOT_YET_VALID,
    10: TlsProblem.EXPIRED,
    18: TlsProblem.SELF_SIGNED,
    19: TlsProblem.UNKNOWN_AUTHORITY,
    20: TlsProblem.UNKNOWN_AUTHORITY,
    21: TlsProblem.UNKNOWN_AUTHORITY,
    62: TlsProblem.WRONG_NAME,
    64: TlsProblem.WRONG_NAME,
}
# OpenSSL's names of what ends a hand-shake.
_OF_HANDSHAKE: Final = {
    "HTTP_REQUEST": TlsProblem.NO_TLS,
    "NO_PROTOCOLS_AVAILABLE": TlsProblem.OUTDATED,
    "PACKET_LENGTH_TOO_LONG": TlsProblem.NO_TLS,
    "RECORD_LAYER_FAILURE": TlsProblem.NO_TLS,
    "TLSV1_ALERT_PROTOCOL_VERSION": TlsProblem.OUTDATED,
    "UNEXPECTED_EOF_WHILE_READING": TlsProblem.NO_TLS,
    "UNSUPPORTED_PROTOCOL": TlsProblem.OUTDATED,
    "WRONG_SSL_VERSION": TlsProblem.OUTDATED,
    "WRONG_VERSION_NUMBER": TlsProblem.NO_TLS,
}


def tls_error(error: OSError) -> TlsError:
    """Return what has ended a hand-shake; nothing of it is the server's own text.

    A peer that hangs up on a ClientHello most likely speaks no TLS.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        problem = _OF_CERTIFICATE.get(error.verify_code, TlsProblem.CERTIFICATE)
    elif isinstance(error, ssl.SSLError):
        problem = _OF_HANDSHAKE.get(error.reason or "", TlsProblem.HANDSHAKE)
    else:
        problem = TlsProblem.NO_TLS
    return TlsError(problem)
