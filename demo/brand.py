"""`python -m demo.brand`: the images Home Assistant shows for the integration, from docs/images/brand."""

import asyncio
from base64 import b64encode
from importlib.util import find_spec
from itertools import product
from pathlib import Path
import sys
from typing import Literal

from playwright.async_api import Browser

from .chromium import CHROMIUM, chromium
from .screenshots import IMAGES, ROOT
from .terminal import say
from .waiting import DemoError

BRAND = ROOT / "custom_components" / "blynk_bridge" / "brand"
# Width and height in CSS pixels.
DRAWINGS = {"icon": (256, 256), "logo": (640, 160)}


def main() -> int:
    """Return the exit status."""
    if not CHROMIUM.exists():
        say(f"{CHROMIUM} is missing")
        return 1
    BRAND.mkdir(exist_ok=True)
    asyncio.run(draw_all())
    return 0


async def draw_all() -> None:
    """Draw every image: light and dark, for plain and for dense screens."""
    async with chromium() as browser:
        for name, scale in product(DRAWINGS, (1, 2)):
            await draw(browser, name, scale, "light")
            await draw(browser, name, scale, "dark")


async def draw(
    browser: Browser, name: str, scale: int, colours: Literal["light", "dark"]
) -> None:
    """Draw one image on nothing."""
    width, height = DRAWINGS[name]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme=colours,
    )
    page = await context.new_page()
    drawing = (IMAGES / "brand" / f"{name}.svg").read_text(encoding="utf-8")
    await page.set_content(f"<style>{_font()} body {{ margin: 0 }}</style>{drawing}")
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=_file(name, scale, colours), omit_background=True)
    await context.close()


def _font() -> str:
    """Return the rule that brings Home Assistant's own font to the page."""
    frontend = find_spec("hass_frontend")
    if frontend is None or frontend.origin is None:
        raise DemoError("home-assistant-frontend is missing")
    font = Path(frontend.origin).parent / "static/fonts/roboto/Roboto-Bold.woff2"
    url = f"data:font/woff2;base64,{b64encode(font.read_bytes()).decode()}"
    return f"@font-face {{ font-family: Roboto; font-weight: 700; src: url({url}) }}"


def _file(name: str, scale: int, colours: str) -> Path:
    """Return where Home Assistant looks for it."""
    prefix = "dark_" if colours == "dark" else ""
    suffix = "@2x" if scale == 2 else ""
    return BRAND / f"{prefix}{name}{suffix}.png"


if __name__ == "__main__":
    sys.exit(main())
