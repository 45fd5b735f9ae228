"""MQTT's primitive types: integers, strings and binary data in a packet's body."""

from __future__ import annotations

from struct import pack

VARINT_MAX_BYTES = 4


class MalformedPacket(Exception):
    """Bytes that are no MQTT packet. `code` is MQTT 5's reason code for it."""

    def __init__(self, text: str, code: int = 0x81) -> None:
        """Say what is wrong; the default code is Malformed Packet."""
        super().__init__(text)
        self.code = code


def protocol_error(text: str) -> MalformedPacket:
    """Give the exception for bytes that parse but break the protocol."""
    return MalformedPacket(text, 0x82)


class BodyReader:
    """Reads a packet's body from front to back; every read checks the end."""

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes) -> None:
        """Read from the start of data."""
        self._data = data
        self._position = 0
        self._end = len(data)

    @property
    def remaining(self) -> int:
        """Number of bytes not read yet."""
        return self._end - self._position

    def take(self, length: int) -> bytes:
        """Read exactly so many bytes."""
        start = self._position
        if length > self._end - start:
            raise MalformedPacket("the body ends too early")
        self._position = start + length
        return self._data[start : self._position]

    def rest(self) -> bytes:
        """Read whatever is left."""
        return self.take(self.remaining)

    def integer(self, size: int) -> int:
        """Read a big-endian integer of so many bytes."""
        return int.from_bytes(self.take(size))

    def varint(self) -> int:
        """Read a variable byte integer."""
        value = 0
        for shift in range(0, 7 * VARINT_MAX_BYTES, 7):
            byte = self.integer(1)
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise MalformedPacket("variable byte integer too long")

    def binary(self) -> bytes:
        """Read binary data with its length in front."""
        return self.take(self.integer(2))

    def text(self) -> str:
        """Read a UTF-8 string; U+0000 is forbidden in every one."""
        try:
            text = self.binary().decode()
        except UnicodeDecodeError:
            raise MalformedPacket("a string is not UTF-8") from None
        if "\0" in text:
            raise MalformedPacket("a string holds U+0000")
        return text


def varint(value: int) -> bytes:
    """Encode a variable byte integer."""
    if value < 0x80:
        return bytes((value,))
    encoded = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        if not value:
            encoded.append(byte)
            return bytes(encoded)
        encoded.append(byte | 0x80)


def binary(data: bytes) -> bytes:
    """Encode binary data with its length in front."""
    return pack("!H", len(data)) + data


def text(value: str) -> bytes:
    """Encode a UTF-8 string."""
    return binary(value.encode())
