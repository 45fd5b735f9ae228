"""The coordinator: owns the device session of one entry, and routes what it says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
import logging
from typing import Final, Never

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.const import CONF_HOST, CONF_VERIFY_SSL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .attribute_changes import AttributeChanges
from .availability import Availability
from .bindings import Bindings
from .connection import session_settings, tls_context
from .const import CONF_TEMPLATE_ID, DOMAIN
from .controls import Controls
from .device.endpoint import Endpoint
from .device.errors import InvalidToken, LinkError
from .device.link import Protocol
from .device.messages import Downlink as DownlinkMessage, Publication
from .device.pacing import Lane, Pacer
from .device.session import DeviceSession, SessionState, SessionStatus
from .downlink import Downlink
from .events import Events
from .exposure import Exposure
from .flapping import Announcing, CatchingUp
from .following import Following
from .hearing import Hearing
from .history.backfill import Backfill
from .inbox import Inbox
from .inquiries import Inquiries
from .learned import Learned
from .live_options import reloading
from .network import async_asker, async_resolver
from .overrides import Overrides
from .quota import Quota
from .reader import Reader
from .requests import Requests
from .server_messages import ServerMessages
from .session_issues import SessionIssues
from .state_sync import StateSync
from .status import BridgeStatus, StatusBoard
from .timeline import Timeline
from .upkeep import Upkeep
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

_RESTART_DELAY: Final = 60.0
_REFUSED_RETRY: Final = 900.0
"""Seconds; Blynk's own MicroPython client waits as long after a refused token."""

type BlynkConfigEntry = ConfigEntry[BlynkCoordinator]


class BlynkCoordinator(DataUpdateCoordinator[BridgeStatus]):
    """Holds the Blynk device of one entry, and pushes its status to the entities."""

    config_entry: BlynkConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: BlynkConfigEntry,
        learned: Learned,
        version: str,
    ) -> None:
        """Wire the parts together; `async_start` brings them to life."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=DOMAIN)
        self._reloading = reloading(entry)
        self._learned = learned
        self._quota = Quota(hass, entry, learned, self._async_pace_changed)
        self._pacer = self._quota.pacer
        self._announcing = Announcing(
            hass.loop.time, partial(self._pacer.spend, Lane.URGENT)
        )
        self._session = DeviceSession(
            session_settings(entry.data, version, learned.home),
            tls=tls_context(entry.data),
            on_message=self._async_receive,
            on_status=self._async_session_changed,
            on_publish=self._quota.async_count,
            resolve=async_resolver(hass),
            ask=async_asker(hass, entry.data[CONF_VERIFY_SSL]),
            announces=self._announcing.announces,
        )
        self._availability = Availability(hass, self._async_presence_changed)
        self.reader = reader = Reader(hass, self._availability)
        self.timeline = Timeline(hass.loop.time)
        self._status = StatusBoard(
            hass, self._quota, self._waiting, self.async_set_updated_data
        )
        self.server_messages = ServerMessages(
            hass, entry, self.timeline, self._status, hass.loop.time
        )
        self._uplink = Uplink(
            hass, self._session, self._pacer, reader, self._status.async_sent
        )
        self._downlink = Downlink(hass, entry, self._uplink)
        self._following = Following(hass, entry)
        self._state_sync = StateSync(hass, entry, self._uplink, reader)
        attributes = AttributeChanges(hass)
        self._overrides = Overrides(
            hass, entry, self._uplink, self._availability, attributes, learned
        )
        self._hearing = Hearing(hass, entry, self._uplink, self._async_unheard)
        self._upkeep = Upkeep(
            hass, entry, self._uplink, self._hearing, attributes, learned
        )
        self._controls = Controls(hass, entry, self._uplink)
        self._catching_up = CatchingUp(hass, self._async_catch_up)
        self.requests = Requests(hass, self._uplink, self._pacer)
        self._events = Events(hass, learned, self.requests, self._async_event_counted)
        self._async_event_counted()
        self._backfill = Backfill(
            hass,
            self._uplink,
            reader,
            learned,
            self._device,
            wait_ready=self._session.wait_ready,
            on_progress=self._async_backfilled,
        )
        self._bindings = Bindings(hass, entry, self._async_bound)
        self._issues = SessionIssues(hass, entry)
        self.inquiries = Inquiries(
            hass,
            self._uplink,
            self.requests,
            self._bindings,
            self._controls,
            self._state_sync,
        )
        self._inbox = Inbox(
            self._bindings,
            self._downlink,
            self._controls,
            self._state_sync,
            self.requests,
            self.inquiries,
            self._upkeep.check,
            self._hearing,
            self.server_messages,
        )
        self._subentry_listeners: list[CALLBACK_TYPE] = []
        self._served_by: Endpoint | None = None
        self._asks_for_token = False

    # --- Life ------------------------------------------------------------------

    @callback
    def async_start(self) -> None:
        """Expose what is configured, and bring the device online in the background."""
        self._bindings.async_start()
        self._availability.async_start()
        self._state_sync.async_start()
        self._overrides.async_start()
        self._following.async_start()
        self._upkeep.async_start()
        self._backfill.async_start()
        self._issues.async_start()
        entry = self.config_entry
        entry.async_on_unload(self._async_stop)
        entry.async_on_unload(self._events.async_start())
        entry.async_on_unload(self._quota.async_start())
        entry.async_create_background_task(
            self.hass, self._async_hold_session(), "blynk_bridge session"
        )
        for name, run in (
            ("uplink", self._uplink.async_run),
            ("widget properties", self._overrides.async_run),
            ("backfill", self._backfill.async_run),
        ):
            entry.async_create_background_task(
                self.hass, self._async_supervise(run), f"blynk_bridge {name}"
            )

    @callback
    def _async_stop(self) -> None:
        """Drop listeners and timers; the entry ends its tasks itself."""
        self.requests.async_stop()
        self._uplink.async_drop_errands()
        self._bindings.async_stop()
        self._uplink.async_stop()
        self._following.async_stop()
        self._availability.async_stop()
        self._state_sync.async_stop()
        self._overrides.async_stop()
        self._upkeep.async_stop()
        self._controls.async_stop()
        self._catching_up.async_disconnected()
        self._hearing.async_disconnected()
        self._issues.async_clear()
        self.server_messages.async_stop()
        self._status.async_stop()

    async def async_close(self) -> None:
        """Write down what was learned, for the last time."""
        self._backfill.async_close()
        await self._learned.async_close()

    @callback
    def async_entry_updated(self) -> None:
        """Apply exposures live, once for many; reload for anything else."""
        if reloading(self.config_entry) != self._reloading:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
        else:
            self._quota.async_entry_updated()
            self.server_messages.async_entry_updated()
            self._bindings.async_schedule()
            self._following.async_entry_updated()

    @callback
    def async_resync(self) -> None:
        """Send every exposure's value again, and every widget property."""
        self._uplink.async_send_all()
        self._overrides.async_send_all()

    @property
    def exposures(self) -> Mapping[str, Exposure]:
        """Return what is exposed now, by datastream; without what is paused."""
        return self._bindings.exposures

    @property
    def controls(self) -> Controls:
        """Return the datastreams that Blynk owns."""
        return self._controls

    @property
    def events(self) -> Events:
        """Return the way of events to Blynk."""
        return self._events

    @property
    def quota(self) -> Quota:
        """Return what counts the messages."""
        return self._quota

    @property
    def uplink(self) -> Uplink:
        """Return the way up."""
        return self._uplink

    @property
    def backfill(self) -> Backfill:
        """Return what fills the gaps in Blynk's history."""
        return self._backfill

    @property
    def overrides(self) -> Overrides:
        """Return what keeps the widgets' properties in step with Home Assistant."""
        return self._overrides

    @property
    def downlink(self) -> Downlink:
        """Return the way down."""
        return self._downlink

    @property
    def pacer(self) -> Pacer:
        """Return what tells when the next message may go."""
        return self._pacer

    @property
    def protocol(self) -> Protocol:
        """Return the version of MQTT that is spoken, or tried next."""
        return self._session.protocol

    @property
    def upkeep(self) -> Upkeep:
        """Return what keeps an eye on the exposures."""
        return self._upkeep

    @property
    def learned(self) -> Learned:
        """Return what is kept across restarts."""
        return self._learned

    async def async_send(self, publication: Publication, lane: Lane) -> None:
        """Send a message that is no value when its lane's turn comes.

        Raises NotConnected while there is no session, and the LinkError that
        ended the link or the message.
        """
        await self._uplink.async_send(publication, lane)

    def inquiry(self) -> AbstractContextManager[None]:
        """Return a context in which writes to exposures are answers, and no commands."""
        return self._state_sync.inquiry()

    @callback
    def async_listen(
        self, listener: Callable[[DownlinkMessage], None]
    ) -> CALLBACK_TYPE:
        """Let a part of the bridge hear every downlink; return how to stop that."""
        return self._inbox.async_listen(listener)

    @callback
    def async_listen_subentries(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Let a platform follow the subentries; return how to stop that."""
        self._subentry_listeners.append(listener)
        return lambda: self._subentry_listeners.remove(listener)

    async def _async_hold_session(self) -> Never:
        """Keep the session running; a refused token is the user's to mend."""
        while True:
            try:
                await self._async_supervise(self._session.run)
            except InvalidToken as error:
                self.timeline.async_failed(error)
                self._status.async_offline(error)
                self.config_entry.async_start_reauth(self.hass)
            # The server may have been wrong for a moment, in the night.
            await asyncio.sleep(_REFUSED_RETRY)

    async def _async_supervise(self, run: Callable[[], Awaitable[Never]]) -> Never:
        """Run a part of the bridge again after a bug of ours has ended it.

        A task that dies unseen would leave the bridge dead until a restart.
        """
        while True:
            try:
                await run()
            except InvalidToken:
                raise
            except Exception:
                _LOGGER.exception("Unexpected error; going on in a minute")
                if not self._session.ready:
                    self._status.async_offline()
                await asyncio.sleep(_RESTART_DELAY)

    # --- Exposures -------------------------------------------------------------

    @callback
    def _async_bound(self) -> None:
        """Bring everything in line with what is exposed now."""
        exposures = self._bindings.exposures.values()
        self._availability.async_set_exposures(exposures)
        self._uplink.async_set_exposures(exposures)
        self._overrides.async_set_exposures(exposures, self._bindings.resting)
        self._upkeep.async_set_exposures(exposures)
        self._backfill.async_set_exposures(exposures)
        self._controls.async_configure()
        for listener in list(self._subentry_listeners):
            listener()

    @callback
    def _async_presence_changed(self, exposure: Exposure) -> None:
        """Show in Blynk that an exposure's entity has gone, or is back."""
        self._uplink.async_reconsider(exposure)
        self._overrides.async_reconsider(exposure)

    # --- What the session says ---------------------------------------------------

    @callback
    def _async_receive(self, message: DownlinkMessage) -> None:
        """Take a downlink."""
        self._inbox.async_receive(message)

    @callback
    def _async_session_changed(self, status: SessionStatus) -> None:
        """Show what the session is doing, and start up what waits for it."""
        self.timeline.async_follow(status)
        if status.state is not SessionState.READY:
            self._uplink.async_drop_errands()
            self._catching_up.async_disconnected()
            self._upkeep.check.async_disconnected()
            self._hearing.async_disconnected()
            self._backfill.async_disconnected()
            self.inquiries.async_disconnected()
        if status.state is SessionState.READY:
            self._async_end_reauth()
            self._learned.async_set_home(self._session.home)
            self._hearing.async_connected()
            self._upkeep.check.async_connected()
            self._state_sync.async_connected(self._bindings.exposures.values())
            if is_new := status.endpoint != self._served_by:
                self._served_by = status.endpoint
                self._uplink.async_send_all()
            self._catching_up.async_connected(at_once=is_new)
            template_id = self.config_entry.data[CONF_TEMPLATE_ID]
            self._overrides.async_connected(f"{self._device}/{template_id}")
            self._backfill.async_connected()
            self._status.async_online(status.endpoint)
        elif status.error is not None or not self.data.online:
            self._status.async_offline(status.error)
        self._issues.async_follow(status)

    @callback
    def _async_catch_up(self) -> None:
        """Learn what Blynk has changed meanwhile, or overwrite it."""
        alone = self._uplink.async_send_writable()
        self._state_sync.async_ask(alone)
        self._controls.async_connected()
        self._hearing.async_expect()

    @callback
    def _async_unheard(self, error: LinkError) -> None:
        """Leave a session that is of no use; what it has acknowledged goes again."""
        self._served_by = None
        self._session.end(error)

    @callback
    def async_ask_for_token(self) -> None:
        """Ask the user for another token, whatever becomes of this one."""
        self._asks_for_token = True
        self.config_entry.async_start_reauth(self.hass)

    @callback
    def _async_end_reauth(self) -> None:
        """Take back a question that has answered itself, if it was not the user's own."""
        if self._asks_for_token:
            return
        for flow in self.config_entry.async_get_active_flows(
            self.hass, {SOURCE_REAUTH}
        ):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])

    @property
    def _device(self) -> str:
        """Return which device this is, whatever server of Blynk's serves it."""
        return f"{self.config_entry.unique_id}@{self.config_entry.data[CONF_HOST]}"

    def _waiting(self) -> int:
        """Return how many values and other messages wait for their turn."""
        return self._uplink.waiting

    @callback
    def _async_pace_changed(self) -> None:
        """Let what waits ask again when it may go, and show the new pace."""
        self._uplink.async_ask_again()
        self._status.async_count()

    @callback
    def _async_backfilled(self) -> None:
        """Show how much of the past waits to be sent."""
        self._status.async_count_history(self._backfill.waiting)

    @callback
    def _async_event_counted(self) -> None:
        """Show how many events are left today."""
        self._status.async_count_events(self._events.left_today)
