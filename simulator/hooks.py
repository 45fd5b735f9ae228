"""The test hooks under /sim/: what a test or the console page asks and does over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
import json
from typing import TYPE_CHECKING

from aiohttp import web

from . import fields
from .datastreams import FORBIDDEN_IN_NAME, checked_event_code, datastream_from_json
from .feed import Feed
from .fields import Json, JsonObject
from .snapshot import (
    datastream_json,
    history_json,
    journal_json,
    state_json,
    statistics_json,
)

if TYPE_CHECKING:
    from .simulator import Simulator, Then

type Action = Callable[[JsonObject], Awaitable[Mapping[str, Json]]]

OTA_URL = "https://blynk.cloud/dl/package.bin"
OTA_SIZE = 1024

THEN: dict[str, Then] = {"close": "close", "stay": "stay", "disconnect": "disconnect"}


class Hooks:
    """The hooks of one simulator, the same in every region."""

    def __init__(self, simulator: Simulator, feed: Feed) -> None:
        """Work on this simulator."""
        self._simulator = simulator
        self._cloud = simulator.cloud
        self._feed = feed

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the hooks' paths."""
        router.add_get("/sim/state", self._state)
        router.add_get("/sim/statistics", self._statistics)
        router.add_get("/sim/datastreams", self._datastreams)
        router.add_get("/sim/datastreams/{name}", self._datastream)
        router.add_get("/sim/history/{name}", self._history)
        router.add_get("/sim/behaviour", self._behaviour)
        router.add_get("/sim/journal", self._journal)
        router.add_get("/sim/events", self._feed.serve)
        actions: dict[str, Action] = {
            "template": self._define,
            "widget": self._press,
            "redirect": self._redirect,
            "drop": self._drop,
            "ping": self._ping,
            "deny": self._deny,
            "diag": self._diagnose,
            "reboot": self._reboot,
            "reconfigure": self._reconfigure,
            "ota": self._offer_update,
            "meta": self._write_metadata,
            "send": self._send,
            "behaviour": self._behave,
            "outage": self._outage,
            "reset": self._reset,
        }
        for name, action in actions.items():
            router.add_post(f"/sim/{name}", _answered(action))

    # Questions

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(state_json(self._cloud, self._simulator.device))

    async def _statistics(self, _request: web.Request) -> web.Response:
        return web.json_response(statistics_json(self._cloud, self._simulator.device))

    async def _datastreams(self, _request: web.Request) -> web.Response:
        states = self._simulator.device.datastreams.values()
        return web.json_response([datastream_json(state) for state in states])

    async def _datastream(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        state = self._simulator.device.datastreams.get(name)
        if state is None:
            return _failed(404, f"no such datastream: {name}")
        return web.json_response(datastream_json(state))

    async def _history(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        state = self._simulator.device.datastreams.get(name)
        if state is None:
            return _failed(404, f"no such datastream: {name}")
        return web.json_response(history_json(state))

    async def _behaviour(self, _request: web.Request) -> web.Response:
        return web.json_response(self._simulator.behaviour.as_json())

    async def _journal(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdecimal():
            return _failed(400, "since is a number")
        entries = self._simulator.journal.since(int(since))
        return web.json_response(
            {"entries": [journal_json(entry) for entry in entries]}
        )

    # Actions

    async def _define(self, body: JsonObject) -> Mapping[str, Json]:
        """Define datastreams, events or both."""
        if not body.keys() & {"datastreams", "events"}:
            raise ValueError("datastreams or events are missing")
        definitions = [
            datastream_from_json(each)
            for each in fields.array({"datastreams": [], **body}, "datastreams")
        ]
        replace = fields.flag(body, "replace") or False
        events = _events(body)
        if "datastreams" in body:
            self._cloud.define(definitions, replace=replace)
        if events is not None:
            self._cloud.define_events(events)
        return {
            "datastreams": len(self._simulator.device.datastreams),
            "events": len(self._cloud.events),
        }

    async def _press(self, body: JsonObject) -> Mapping[str, Json]:
        name = fields.required_text(body, "datastream")
        delivered = await self._simulator.press(name, body.get("value"))
        state = self._simulator.device.datastreams[name]
        return {"delivered": delivered, "datastream": datastream_json(state)}

    async def _redirect(self, body: JsonObject) -> Mapping[str, Json]:
        then = fields.text(body, "then")
        if then is not None and then not in THEN:
            raise ValueError(f"then is one of {', '.join(THEN)}")
        delivered = await self._simulator.redirect(
            fields.text(body, "region"),
            uri=fields.text(body, "uri"),
            then=None if then is None else THEN[then],
        )
        return {"delivered": delivered, "home": self._simulator.device.home}

    async def _drop(self, body: JsonObject) -> Mapping[str, Json]:
        abort = fields.flag(body, "abort") or False
        return {"dropped": await self._simulator.drop(abort)}

    async def _ping(self, body: JsonObject) -> Mapping[str, Json]:
        timeout = fields.number(body, "timeout")
        return {
            "seconds": await self._simulator.ping(5 if timeout is None else timeout)
        }

    async def _deny(self, body: JsonObject) -> Mapping[str, Json]:
        self._cloud.deny(self._simulator.device, fields.text(body, "token"))
        return {}

    async def _diagnose(self, body: JsonObject) -> Mapping[str, Json]:
        text = fields.required_text(body, "text")
        return {"delivered": self._cloud.diagnose(self._simulator.device, text)}

    async def _reboot(self, _body: JsonObject) -> Mapping[str, Json]:
        return {"delivered": self._deliver("downlink/reboot")}

    async def _reconfigure(self, _body: JsonObject) -> Mapping[str, Json]:
        return {"delivered": self._deliver("downlink/reconfigure")}

    async def _offer_update(self, body: JsonObject) -> Mapping[str, Json]:
        """Announce a firmware package, tagged with a version if one is given."""
        package: dict[str, Json] = {
            "url": fields.text(body, "url") or OTA_URL,
            "size": fields.integer(body, "size") or OTA_SIZE,
        }
        package |= {key: body[key] for key in ("type", "ver", "build") if key in body}
        payload = json.dumps(package).encode()
        return {"delivered": self._deliver("downlink/ota/json", payload)}

    async def _write_metadata(self, body: JsonObject) -> Mapping[str, Json]:
        """Write a metadata field as a person does; a new one becomes one of the template's."""
        name = fields.required_text(body, "field")
        if not name or FORBIDDEN_IN_NAME & set(name):
            raise ValueError(f"bad metadata field: {name!r}")
        text = fields.required_text(body, "value")
        return {"delivered": self._cloud.describe(self._simulator.device, name, text)}

    def _deliver(self, topic: str, payload: bytes = b"") -> bool:
        return self._cloud.deliver(self._simulator.device, topic, payload)

    async def _send(self, body: JsonObject) -> Mapping[str, Json]:
        topic, payload = (
            fields.required_text(body, "topic"),
            fields.text(body, "payload"),
        )
        qos = fields.integer(body, "qos") or 0
        if qos not in {0, 1, 2}:
            raise ValueError("qos is 0, 1 or 2")
        data = (payload or "").encode()
        return {"delivered": await self._simulator.send(topic, data, qos)}

    async def _behave(self, body: JsonObject) -> Mapping[str, Json]:
        self._simulator.behaviour.apply(body)
        return {"behaviour": {**self._simulator.behaviour.as_json()}}

    async def _outage(self, body: JsonObject) -> Mapping[str, Json]:
        seconds = fields.number(body, "seconds")
        await self._simulator.outage(10 if seconds is None else seconds)
        return {}

    async def _reset(self, body: JsonObject) -> Mapping[str, Json]:
        resets: dict[str, Callable[[], None]] = {
            "journal": self._simulator.journal.clear,
            "statistics": lambda: self._cloud.reset_statistics(self._simulator.device),
            "values": lambda: self._cloud.forget_values(self._simulator.device),
        }
        what = [str(each) for each in fields.array(body, "what")]
        unknown = [each for each in what if each not in resets]
        if unknown:
            raise ValueError(f"cannot reset {', '.join(unknown)}")
        for each in what:
            resets[each]()
        return {"reset": [*what]}


def _events(body: JsonObject) -> dict[str, str] | None:
    """Read the events, codes or descriptions by code. Raises ValueError."""
    match body.get("events"):
        case None:
            return None
        case list(codes):
            events = {code: "" for code in codes if isinstance(code, str)}
            if len(events) == len(codes):
                return {checked_event_code(code): "" for code in events}
        case dict(texts):
            return {
                checked_event_code(code): fields.required_text(texts, code)
                for code in texts
            }
    raise ValueError("events is a list of codes, or descriptions by code")


def _answered(action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Serve an action: {"ok": true, …}, or 4xx with {"ok": false, "error": …}."""

    async def serve(request: web.Request) -> web.Response:
        try:
            body = fields.json_object(await request.read() or b"{}")
            return web.json_response({"ok": True, **await action(body)})
        except LookupError as error:
            return _failed(404, str(error.args[0]))
        except ValueError as error:
            return _failed(400, str(error))
        except (ConnectionError, TimeoutError) as error:
            return _failed(409, str(error))

    return serve


def _failed(status: int, text: str) -> web.Response:
    return web.json_response({"ok": False, "error": text}, status=status)
