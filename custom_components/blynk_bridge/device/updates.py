"""Values packed into as few messages as they take."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .messages import MESSAGE_SIZE_MAX, Publication, batch, text
from .values import DataType, JsonValue, text_of


class Update(NamedTuple):
    """A datastream's new value, in its JSON form."""

    name: str
    form: JsonValue
    data_type: DataType


def has_parts(form: object) -> bool:
    """Return whether a batch can't hold the value: a text of several parts.

    Parts are joined by NUL in `ds/NAME`, a colour's for example; Blynk documents
    no form of them in `batch_ds`.
    """
    return isinstance(form, str) and "\0" in form


def single(name: str, form: JsonValue) -> Publication:
    """Return the message for one value: as text, where that form is documented.

    Blynk documents the text form of neither Boolean nor Location.
    """
    if isinstance(form, bool | list):
        return batch({name: form})
    return text(name, text_of(form))


def packed(
    updates: Iterable[Update], size_max: int = MESSAGE_SIZE_MAX
) -> Iterator[tuple[list[Update], Publication]]:
    """Yield as few messages as it takes, each with what is in it.

    One value larger than `size_max` bytes makes a message of its own, which is
    too large.
    """
    together: list[Update] = []
    for update in updates:
        if has_parts(update.form):
            yield [update], single(update.name, update.form)
            continue
        if together and _batch([*together, update]).size > size_max:
            yield together, _message(together)
            together = []
        together.append(update)
    if together:
        yield together, _message(together)


def _message(updates: list[Update]) -> Publication:
    """Return the message for some values."""
    if len(updates) > 1:
        return _batch(updates)
    (only,) = updates
    return single(only.name, only.form)


def _batch(updates: list[Update]) -> Publication:
    """Return the batch of some values."""
    return batch({name: form for name, form, _ in updates})
