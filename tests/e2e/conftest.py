"""Fixtures for what a person sees."""

from collections.abc import AsyncIterator

from playwright.async_api import Browser
import pytest

from demo.browser import chromium

from .browser.installed import require_chromium


@pytest.fixture
async def browser(socket_enabled: None) -> AsyncIterator[Browser]:
    """Return a real browser; skip the test where there is none."""
    require_chromium()
    async with chromium() as browser:
        yield browser
