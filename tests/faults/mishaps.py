"""What may befall a connection at some byte of it, see `proxy.Plan`."""

from .proxy import Connection, Way


def finish(connection: Connection, _: bytes) -> bytes:
    """Cut with FIN."""
    connection.cut()
    return b""


def reset(connection: Connection, _: bytes) -> bytes:
    """Cut with RST."""
    connection.cut(abort=True)
    return b""


def vanish(connection: Connection, _: bytes) -> bytes:
    """Leave the connection half open."""
    connection.vanish()
    return b""


def swallow(connection: Connection, _: bytes) -> bytes:
    """Lose all that follows, both ways; what the ends close is not told either."""
    connection.lost |= set(Way)
    return b""


def flip(_: Connection, data: bytes) -> bytes:
    """Change every bit of one byte."""
    return bytes([data[0] ^ 0xFF]) + data[1:]


def garbage(_: Connection, data: bytes) -> bytes:
    """Insert what is no MQTT."""
    return b"\xff" * 16 + data


def truncate(_: Connection, data: bytes) -> bytes:
    """Leave out half of what is next."""
    return data[(len(data) + 1) // 2 :]
