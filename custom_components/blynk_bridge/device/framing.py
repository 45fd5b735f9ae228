"""WebSocket frames (RFC 6455) as they come in, byte by byte."""

from dataclasses import dataclass, field
from typing import Final, Self

DATA_FRAMES: Final = frozenset({0x0, 0x2})
"""The opcodes that carry MQTT: binary frames, and what continues them."""
_CONTROL_FRAMES: Final = frozenset({0x8, 0x9, 0xA})
_CONTROL_FRAME_MAX: Final = 125


@dataclass(slots=True)
class Frame:
    """A frame that is being received (RFC 6455, 5.2)."""

    opcode: int
    left: int
    """Bytes of the payload that have not come yet."""
    mask: bytes
    """What the next byte and those behind it are masked with; empty for nothing."""
    control: bytearray = field(default_factory=bytearray)
    """What has come of a control frame's payload."""

    @classmethod
    def of(cls, head: bytearray) -> Self:
        """Return the frame that begins with this head.

        Raises ValueError for a control frame that is too long, and for a frame that
        is neither binary nor control: MQTT has none (MQTT 5, 6.0).
        """
        opcode, size = head[0] & 0x0F, head[1] & 0x7F
        masked = head[1] & 0x80
        rest = head[2:-4] if masked else head[2:]
        frame = cls(
            opcode,
            int.from_bytes(rest) if rest else size,
            bytes(head[-4:]) if masked else b"",
        )
        if opcode not in DATA_FRAMES | _CONTROL_FRAMES:
            raise ValueError("neither a binary nor a control frame")
        if opcode in _CONTROL_FRAMES and frame.left > _CONTROL_FRAME_MAX:
            raise ValueError("control frame too long")
        return frame

    def take(self, data: bytes) -> bytes:
        """Return the next part of the payload as it was before masking."""
        self.left -= len(data)
        if not self.mask:
            return data
        mask = self.mask
        turn = len(data) % len(mask)
        self.mask = mask[turn:] + mask[:turn]
        return bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


def head_size(head: bytearray) -> int:
    """Return how long a frame's head is, as far as its beginning tells."""
    if len(head) < 2:
        return 2
    extended = {126: 2, 127: 8}.get(head[1] & 0x7F, 0)
    return 2 + extended + (4 if head[1] & 0x80 else 0)
