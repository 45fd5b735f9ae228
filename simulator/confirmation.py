"""Wait for confirmation: a widget's write that the device does not answer is taken back [21].

Blynk docs: datastreams-common-settings/wait-for-confirmation-from-device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .changes import ChangeKind
from .datastreams import Value
from .device import DatastreamState, Device

type Cancel = Callable[[], None]
type Later = Callable[[float, Callable[[], None]], Cancel]
"""Calls something after seconds, unless that is cancelled."""


@dataclass(slots=True)
class _Unconfirmed:
    """What a datastream goes back to, and what stops that."""

    before: Value | None
    cancel: Cancel


class Confirmations:
    """The writes of widgets whose confirmation is awaited.

    The value goes back where it was before the first of them; the device is not told.
    """

    def __init__(
        self, later: Later, changed: Callable[[ChangeKind, Device, str], None]
    ) -> None:
        """Wait with `later`; `changed` hears of every value that was taken back."""
        self._later = later
        self._changed = changed
        self._waiting: dict[int, _Unconfirmed] = {}

    def awaits(self, state: DatastreamState) -> bool:
        """Whether the datastream's value is still to be confirmed."""
        return id(state) in self._waiting

    def wait(
        self, device: Device, state: DatastreamState, before: Value | None
    ) -> None:
        """Wait for the device's word about what a widget has just written."""
        seconds = state.definition.confirm_timeout
        if not seconds:
            return
        if earlier := self._waiting.get(id(state)):
            earlier.cancel()
            before = earlier.before
        cancel = self._later(seconds, lambda: self._revert(device, state))
        self._waiting[id(state)] = _Unconfirmed(before, cancel)

    def confirm(self, state: DatastreamState) -> None:
        """Take the device's word, whatever it has written."""
        if waiting := self._waiting.pop(id(state), None):
            waiting.cancel()

    def forget(self) -> None:
        """Wait for nothing any more, and take nothing back."""
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()

    def _revert(self, device: Device, state: DatastreamState) -> None:
        before = self._waiting.pop(id(state)).before
        state.value = before
        state.reverts += 1
        self._changed(ChangeKind.DATASTREAM, device, state.definition.name)
