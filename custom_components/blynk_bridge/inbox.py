"""The inbox: whose each message from Blynk is."""

from collections.abc import Callable
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback

from .bindings import Bindings
from .controls import Controls
from .datastream_check import DatastreamCheck
from .device.messages import DatastreamWrite, Diagnostic, Downlink as DownlinkMessage
from .downlink import Downlink
from .exposure import Exposure
from .hearing import Hearing
from .inquiries import Inquiries
from .requests import Requests
from .server_messages import ServerMessages
from .state_sync import StateSync

_LOGGER: Final = logging.getLogger(__name__)


class Inbox:
    """Hands each message to the part of the bridge that it is for.

    An answer to a question comes in the form of a widget's write: who has asked is
    heard first.
    """

    def __init__(
        self,
        bindings: Bindings,
        downlink: Downlink,
        controls: Controls,
        state_sync: StateSync,
        requests: Requests,
        inquiries: Inquiries,
        check: DatastreamCheck,
        hearing: Hearing,
        server_messages: ServerMessages,
    ) -> None:
        """Know who takes what."""
        self._bindings = bindings
        self._downlink = downlink
        self._controls = controls
        self._state_sync = state_sync
        self._requests = requests
        self._inquiries = inquiries
        self._check = check
        self._hearing = hearing
        self._server_messages = server_messages
        self._listeners: list[Callable[[DownlinkMessage], None]] = []

    @callback
    def async_listen(
        self, listener: Callable[[DownlinkMessage], None]
    ) -> CALLBACK_TYPE:
        """Let a part of the bridge hear every message; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_receive(self, message: DownlinkMessage) -> None:
        """Hand a message on."""
        self._hearing.async_heard()
        self._inquiries.async_heard(message)
        for listener in list(self._listeners):
            listener(message)
        match message:
            case DatastreamWrite(name, text):
                self._async_written(name, text)
            case Diagnostic(text):
                self._server_messages.async_heard(text)
                if not self._requests.objections.async_heard(text):
                    self._check.async_diagnosed(text)
            case _:
                _LOGGER.debug("Ignored downlink %s", type(message).__name__)

    @callback
    def _async_written(self, name: str, text: str) -> None:
        """Hand a write on: to who has asked, else to whom the datastream belongs."""
        exposure = self._bindings.exposures.get(name)
        if self._check.async_takes(name):
            _LOGGER.debug("Blynk knows datastream %s", name)
            if exposure is not None:
                self._state_sync.async_mend(exposure, text)
        elif self._state_sync.async_compares(name, text):
            _LOGGER.debug("Compared %s with what Blynk has", name)
        elif self._inquiries.async_takes(name) and exposure is not None:
            _LOGGER.debug("Took a value of %s for an action's answer", name)
            self._state_sync.async_mend(exposure, text)
        elif exposure is not None:
            self._async_commanded(exposure, text)
        elif not self._controls.async_written(name, text):
            _LOGGER.debug("Ignored a write to a datastream that is none of ours")

    @callback
    def _async_commanded(self, exposure: Exposure, text: str) -> None:
        """Carry out what was written to an exposure, unless it only answers a question."""
        awaited = self._state_sync.awaits(exposure)
        if answer := self._state_sync.async_is_answer(exposure, text):
            _LOGGER.debug("Took the value of %s for an answer", exposure.datastream)
        else:
            self._downlink.async_write(exposure, text)
        if awaited or answer:
            self._state_sync.async_answered(exposure)
