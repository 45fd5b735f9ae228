"""Metadata: what is kept of the device itself, apart from its datastreams.

Source: Blynk docs, device-mqtt-api/metadata.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from .messages import MESSAGE_SIZE_MAX, Publication, questions, valid_name

READABLE: Final = (
    "Device Name",
    "Device Owner",
    "Hotspot Name",
    "Location",
    "Time Zone",
)
"""The fields that every device has."""
READ_ONLY: Final = frozenset({"Device Name", "Device Owner", "Location"})
"""Of those, what a device may not write."""
TIME_ZONE: Final = "Time Zone"
"""An IANA name; Blynk does not check it."""


def valid_field(name: str) -> str:
    """Return a field's name, raise InvalidName if MQTT can't address it.

    The rules are those of a datastream's name: a comma splits `get/meta`.
    """
    return valid_name(name)


def set_metadata(field: str, text: str) -> Publication:
    """Return the message that writes a field (`meta/FIELD`)."""
    return Publication(f"meta/{field}", text.encode())


def get_metadata(fields: Iterable[str]) -> Publication:
    """Return the question for fields (`get/meta`).

    The answers are one `downlink/meta/FIELD` each.
    """
    return Publication("get/meta", ",".join(fields).encode())


def metadata_questions(
    fields: Iterable[str], size_max: int = MESSAGE_SIZE_MAX
) -> Iterator[tuple[list[str], Publication]]:
    """Yield as many questions as it takes, each with what it asks for."""
    return questions(fields, size_max, get_metadata)
