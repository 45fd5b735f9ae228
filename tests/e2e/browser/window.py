"""A window of the browser that has no internet, and that remembers what went wrong in it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
import re
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    ViewportSize,
    WebError,
)

from demo.processes import LOCALHOST

DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
_QUERY: Final = re.compile(r"\?[^\s\"']*")
_SECRET: Final = re.compile(r"[A-Za-z0-9_.-]{32,}")
"""Tokens, of Blynk and of Home Assistant, and a few harmless names."""


class Window:
    """Tabs that share a login."""

    def __init__(self, context: BrowserContext) -> None:
        """Begin to listen."""
        self.context = context
        self.outside: list[str] = []
        """What the pages wanted from the internet."""
        self._log: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("requestfailed", self._on_failed_request)

    async def open(self, url: str) -> Page:
        """Return a new tab with a page in it."""
        page = await self.context.new_page()
        await page.goto(url)
        return page

    async def keep_out(self, route: Route) -> None:
        """Let a request through to this machine only."""
        if _is_local(route.request.url):
            await route.continue_()
            return
        self.outside.append(route.request.url)
        await route.abort()

    async def preserve(self, folder: Path) -> None:
        """Store what every tab shows, and what the browser has logged."""
        for number, page in enumerate(self.context.pages, start=1):
            await page.screenshot(path=folder / f"failure-{number}.png")
        text = "\n".join(self._log)
        await asyncio.to_thread(_write, folder / "browser.log", f"{text}\n")

    def _on_console(self, message: ConsoleMessage) -> None:
        self._note(f"console {message.type}", message.text)

    def _on_error(self, error: WebError) -> None:
        self._note("error", str(error.error))

    def _on_failed_request(self, request: Request) -> None:
        self._note("failed", f"{request.method} {request.url}: {request.failure}")

    def _note(self, kind: str, text: str) -> None:
        """Remember a line without anything secret in it."""
        self._log.append(f"{kind}: {redacted(text)}")


def _write(file: Path, text: str) -> None:
    """Write a file, and the folder that it belongs into."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def redacted(text: str) -> str:
    """Return a line of the log without tokens, whosever they are."""
    return _SECRET.sub("…", _QUERY.sub("?…", text))


@asynccontextmanager
async def window(
    browser: Browser, size: ViewportSize = DESKTOP, like: Window | None = None
) -> AsyncIterator[Window]:
    """Yield a window, logged in where another one is; one as narrow as a phone is dark."""
    phone = size["width"] < size["height"]
    context = await browser.new_context(
        viewport=size,
        device_scale_factor=2,
        is_mobile=phone,
        has_touch=phone,
        color_scheme="dark" if phone else "light",
        reduced_motion="reduce",
        service_workers="block",
        locale="en-US",
        timezone_id="Europe/Amsterdam",
        storage_state=await like.context.storage_state() if like is not None else None,
    )
    try:
        opened = Window(context)
        await context.route("**/*", opened.keep_out)
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield opened
    finally:
        await context.close()


@asynccontextmanager
async def preserved(opened: Window, folder: Path) -> AsyncIterator[None]:
    """Keep what was to be seen when something fails, and say where it is."""
    try:
        yield
    except BaseException as err:
        await opened.preserve(folder)
        err.add_note(f"What the browser showed and logged is in {folder}")
        raise


def outside(windows: Iterable[Window]) -> set[str]:
    """Return what any of the windows wanted from the internet."""
    return {url for each in windows for url in each.outside}


def _is_local(url: str) -> bool:
    """Return whether a request stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob"} or parts.hostname == LOCALHOST
