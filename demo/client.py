"""What the demo asks of a running Home Assistant: its REST and WebSocket API."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import aiohttp

from .waiting import DemoError

REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True)
class EntityState:
    """An entity's state and attributes."""

    entity_id: str
    state: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FlowInProgress:
    """A flow that waits for the user."""

    flow_id: str
    handler: str
    source: str


class HomeAssistantClient:
    """An authenticated client; one request after another is all the demo needs."""

    def __init__(self, url: str) -> None:
        """Remember where Home Assistant is."""
        self.url = url
        self.tokens: dict[str, Any] = {}
        self._session = aiohttp.ClientSession(timeout=REQUEST_TIMEOUT)

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._session.close()

    @property
    def client_id(self) -> str:
        """Return the OAuth client id of Home Assistant's own frontend."""
        return f"{self.url}/"

    async def answers(self) -> bool:
        """Return whether Home Assistant answers requests at all.

        Once a user has been created there is no onboarding any more: after a
        restart its address is one that nobody knows.
        """
        try:
            async with self._session.get(f"{self.url}/api/onboarding") as response:
                return response.status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}
        except aiohttp.ClientConnectionError:
            return False

    async def onboard(self, name: str, username: str, password: str) -> None:
        """Create the owner and log in as them."""
        user = {"name": name, "username": username, "password": password}
        created = await self.request(
            "POST",
            "/api/onboarding/users",
            {**user, "client_id": self.client_id, "language": "en"},
        )
        grant = {
            "grant_type": "authorization_code",
            "code": created["auth_code"],
            "client_id": self.client_id,
        }
        async with self._session.post(f"{self.url}/auth/token", data=grant) as response:
            response.raise_for_status()
            self.tokens = await response.json()

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the JSON answer to a request; DemoError tells a refusal."""
        headers = {}
        if token := self.tokens.get("access_token"):
            headers["Authorization"] = f"Bearer {token}"
        async with self._session.request(
            method, f"{self.url}{path}", json=body, headers=headers
        ) as response:
            if response.status >= HTTPStatus.BAD_REQUEST:
                text = (await response.text())[:500]
                raise DemoError(f"{method} {path}: {response.status} {text}")
            return await response.json()

    async def is_running(self) -> bool:
        """Return whether start-up is over."""
        config = await self.request("GET", "/api/config")
        return bool(config["state"] == "RUNNING")

    async def state(self, entity_id: str) -> EntityState:
        """Return an entity's state."""
        answer = await self.request("GET", f"/api/states/{entity_id}")
        return EntityState(entity_id, answer["state"], answer["attributes"])

    async def states(self) -> list[EntityState]:
        """Return every entity's state."""
        return [
            EntityState(answer["entity_id"], answer["state"], answer["attributes"])
            for answer in await self.request("GET", "/api/states")
        ]

    async def call(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action on an entity."""
        path = f"/api/services/{action.replace('.', '/')}"
        await self.request("POST", path, {"entity_id": entity_id, **data})

    async def flows_in_progress(self, handler: str) -> list[FlowInProgress]:
        """Return the integration's flows that Home Assistant itself has started."""
        flows = await self.command("config_entries/flow/progress")
        return [
            FlowInProgress(flow["flow_id"], handler, flow["context"]["source"])
            for flow in flows
            if flow["handler"] == handler
        ]

    async def command(self, kind: str, **fields: Any) -> Any:
        """Return the result of one WebSocket command, on a connection of its own."""
        async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            access = self.tokens["access_token"]
            await socket.send_json({"type": "auth", "access_token": access})
            if (await socket.receive_json())["type"] != "auth_ok":
                raise DemoError("Home Assistant refused the demo's own login")
            await socket.send_json({"id": 1, "type": kind, **fields})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise DemoError(f"{kind}: {answer['error']['message']}")
        return answer["result"]
