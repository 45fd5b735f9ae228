"""The device HTTPS API: what a device token may ask without MQTT. Blynk docs: device-https-api."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import re

from aiohttp import web

from . import fields, imports, uplink, values
from .behaviour import HttpWrongRegion
from .changes import ChangeKind
from .cloud import Cloud
from .datastreams import Value
from .device import DatastreamState, Device
from .fields import Json
from .journal import Journal, Kind

PREFIX = "/external/api"
PIN = re.compile(r"[vV](\d{1,3})")

REFUSED = "Invalid token."
WRONG_PIN = "Wrong pin format."
NO_PIN = "No datastream setup for that pin."
MISMATCH = "Value doesn't match the Datastream data type."
NO_EVENT = "Can't find Event with this code in Product template"
IMPORT_MAX = 10_000
NO_FIELD = "MetaField doesn't exist"

type Call = Callable[[web.Request, Device], Awaitable[web.Response]]


class ApiError(Exception):
    """A refusal with Blynk's words, answered with HTTP 400."""


class DeviceApi:
    """One region's device HTTPS API. Every call costs a message."""

    def __init__(self, cloud: Cloud, journal: Journal, region: str) -> None:
        """Serve the region."""
        self._cloud = cloud
        self._journal = journal
        self._region = region

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the API's paths, which are case-sensitive."""
        calls: dict[str, Call] = {
            "isHardwareConnected": self._is_connected,
            "get": self._get,
            "getAll": self._get_all,
            "update": self._update,
            "batch/update": self._update_batch,
            "update/property": self._update_property,
            "logEvent": self._log_event,
            "device/meta": self._get_metadata,
            "device/meta/update": self._update_metadata,
        }
        for name, call in calls.items():
            router.add_get(f"{PREFIX}/{name}", self._route(name, call))
        import_points = self._route("batch/update", self._import)
        router.add_post(f"{PREFIX}/batch/update", import_points)

    def _route(
        self, name: str, call: Call
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            self._journal.add(self._region, "in", Kind.HTTP, detail=name)
            try:
                return await call(request, self._authorised(request))
            except ApiError as error:
                body = {"error": {"message": str(error)}}
                return web.json_response(body, status=400)

        return serve

    def _authorised(self, request: web.Request) -> Device:
        """Find the token's device; send a client of another region there. Raises ApiError."""
        cloud = self._cloud
        device = cloud.device_of(request.query.get("token"))
        if device is None:
            raise ApiError(REFUSED)
        if device.home != self._region:
            if cloud.behaviour.http_wrong_region is HttpWrongRegion.REFUSE:
                raise ApiError(REFUSED)
            home = cloud.regions[device.home].http_origin(secure=request.secure)
            raise web.HTTPPermanentRedirect(home + request.path_qs)
        cloud.charge(device)
        return device

    async def _is_connected(
        self, _request: web.Request, device: Device
    ) -> web.Response:
        return web.json_response(device.online)

    async def _get(self, request: web.Request, device: Device) -> web.Response:
        """Give one value as bare text, several as an object keyed by pin."""
        states = [
            self._by_id(device, text)
            for text in request.query.getall("dataStreamId", [])
        ]
        states += [
            self._by_pin(device, key)
            for key in request.query
            if key not in {"token", "dataStreamId"}
        ]
        if not states:
            raise ApiError(WRONG_PIN)
        if len(states) == 1:
            value = states[0].effective_value
            payload = b"" if value is None else self._text(value)
            return web.Response(body=payload, content_type="text/plain")
        return web.json_response(_by_pin(states))

    def _text(self, value: Value) -> bytes:
        return values.to_text(value, self._cloud.behaviour.boolean_text)

    async def _get_all(self, _request: web.Request, device: Device) -> web.Response:
        """Give every pin that holds a value."""
        return web.json_response(_by_pin([*device.datastreams.values()]))

    async def _update(self, request: web.Request, device: Device) -> web.Response:
        """Write as a widget does. Repeated values make a list."""
        query = request.query
        if "dataStreamId" in query:
            state = self._by_id(device, query["dataStreamId"])
            self._press(device, state, query.getall("value", []))
        elif "pin" in query:
            state = self._by_pin(device, query["pin"])
            self._press(device, state, query.getall("value", []))
        else:
            await self._update_batch(request, device)
        return web.Response()

    async def _update_batch(self, request: web.Request, device: Device) -> web.Response:
        """Write several pins as widgets do."""
        query = request.query
        keys = [key for key in dict.fromkeys(query) if key != "token"]
        if not keys:
            raise ApiError(WRONG_PIN)
        for key in keys:
            self._press(device, self._by_pin(device, key), query.getall(key))
        return web.Response()

    async def _import(self, request: web.Request, device: Device) -> web.Response:
        """Take a pin's points of other times, as `timestamped_batch` does [17]."""
        state = self._by_pin(device, request.query.get("pin", ""))
        try:
            rows = fields.json_list(await request.read())
        except ValueError:
            raise ApiError(MISMATCH) from None
        if len(rows) > IMPORT_MAX:
            raise ApiError(f"More than {IMPORT_MAX} points.")
        imports.put(self._cloud, device, state, rows)
        return web.Response(text="OK")

    async def _update_property(
        self, request: web.Request, device: Device
    ) -> web.Response:
        """Override properties of a pin's widgets. Repeated values make a list."""
        query = request.query
        state = self._by_pin(device, query.get("pin", ""))
        for name in dict.fromkeys(query):
            if name not in {"token", "pin"}:
                parts = query.getall(name)
                state.properties[name] = parts[0] if len(parts) == 1 else tuple(parts)
        self._cloud.changed(ChangeKind.DATASTREAM, device, state.definition.name)
        return web.Response()

    async def _log_event(self, request: web.Request, device: Device) -> web.Response:
        """Record an event, under the limits of those that come over MQTT."""
        query, cloud = request.query, self._cloud
        code = query.get("code", "")
        if not code or (cloud.events and code not in cloud.events):
            raise ApiError(NO_EVENT)
        description = query.get("description", "")
        if objection := uplink.record_event(cloud, device, code, description):
            raise ApiError(objection)
        return web.Response()

    async def _get_metadata(self, request: web.Request, device: Device) -> web.Response:
        """Give a metadata field's text."""
        name = _metadata_field(request, device)
        return web.Response(text=device.metadata[name])

    async def _update_metadata(
        self, request: web.Request, device: Device
    ) -> web.Response:
        """Write a metadata field as a person does."""
        name = _metadata_field(request, device)
        self._cloud.describe(device, name, request.query.get("value", ""))
        return web.Response()

    def _press(self, device: Device, state: DatastreamState, parts: list[str]) -> None:
        try:
            self._cloud.press(device, state.definition.name, "\0".join(parts))
        except ValueError:
            raise ApiError(MISMATCH) from None

    def _by_pin(self, device: Device, text: str) -> DatastreamState:
        pin = PIN.fullmatch(text)
        if pin is None:
            raise ApiError(WRONG_PIN)
        state = device.by_pin(int(pin[1]))
        if state is None:
            raise ApiError(NO_PIN)
        return state

    def _by_id(self, device: Device, text: str) -> DatastreamState:
        """Find by the datastream's id, which is its place in the template, from 1."""
        states = [*device.datastreams.values()]
        if not text.isdecimal() or not 1 <= int(text) <= len(states):
            product = self._cloud.template_name
            raise ApiError(
                f"Requested dataStream doesn't exist in the product {product}"
            )
        return states[int(text) - 1]


def _metadata_field(request: web.Request, device: Device) -> str:
    """Find by name, or by id, which is the field's place, from 1. Raises ApiError."""
    names = [*device.metadata]
    number = request.query.get("metaFieldId", "")
    if number.isdecimal() and 1 <= int(number) <= len(names):
        return names[int(number) - 1]
    if (name := request.query.get("metaFieldName")) in names:
        return name
    raise ApiError(NO_FIELD)


def _by_pin(states: list[DatastreamState]) -> dict[str, Json]:
    return {
        f"v{state.definition.pin}": values.to_json(state.value)
        for state in sorted(states, key=lambda state: state.definition.pin)
        if state.value is not None
    }
