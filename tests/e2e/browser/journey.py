"""Who walks: the person, what they look at, and what they have made in Blynk."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Locator

from demo.datastreams import Datastream
from demo.simulator import Simulator

from .album import Album
from .flat import Flat
from .frontend import DOMAIN, Frontend
from .window import Window


@dataclass(slots=True)
class Journey:
    """The person, what they look at, and what they have made in Blynk."""

    flat: Flat
    simulator: Simulator
    window: Window
    front: Frontend
    album: Album
    kept: Path
    """Where to keep what was to be seen when something has failed."""
    template: list[Datastream] = field(default_factory=list)

    async def picture(self, name: str) -> None:
        """Take the page."""
        await self.album.take(self.front.page, name)

    async def picture_of(self, name: str, part: Locator) -> None:
        """Take a part of the page."""
        await self.album.take(self.front.page, name, part)

    async def picture_of_dialog(self, name: str) -> None:
        """Take the flow's dialog."""
        await self.picture_of(name, self.front.dialog.frame)

    async def issues(self) -> list[str]:
        """Return the repair issues that there are."""
        answer = await self.flat.client.command("repairs/list_issues")
        return [each["issue_id"] for each in answer["issues"]]

    async def plan(self) -> list[dict[str, Any]]:
        """Return what the action that exports the plan has to say."""
        entries = await self.flat.client.command("config_entries/get", domain=DOMAIN)
        answer = await self.flat.client.request(
            "POST",
            f"/api/services/{DOMAIN}/export_plan?return_response",
            {"config_entry_id": entries[0]["entry_id"], "format": "json"},
        )
        plan: list[dict[str, Any]] = answer["service_response"]["plan"]
        return plan
