"""Pictures of the journey."""

import asyncio
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Locator, Page

_COLOURS: Final = 256
"""As many as a screen of plain surfaces needs: a third of the bytes."""
_MARGIN: Final = 24
"""Pixels around what a picture is cropped to."""
_QUIET_LIMIT: Final = 15_000


class Album:
    """A folder of pictures with names that stay the same."""

    def __init__(self, folder: Path) -> None:
        """Begin with what is in the folder already."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, page: Page, name: str, of: Locator | None = None) -> None:
        """Take a page, or a part of it with some margin, once nothing is being loaded."""
        await page.mouse.move(0, 0)
        await page.wait_for_load_state("networkidle", timeout=_QUIET_LIMIT)
        file = self.folder / f"journey-{name}.png"
        # Whatever else may be around, an animation's middle is no picture.
        if of is None:
            await page.screenshot(path=file, animations="disabled")
        else:
            await _take_part(page, file, of)
        await asyncio.to_thread(_optimise, file)


async def _take_part(page: Page, file: Path, part: Locator) -> None:
    """Take a part of a page, within its borders."""
    box = await part.bounding_box()
    size = page.viewport_size
    if box is None or size is None:
        raise ValueError("what is to be taken is not visible")
    left, top = max(0, box["x"] - _MARGIN), max(0, box["y"] - _MARGIN)
    right = min(size["width"], box["x"] + box["width"] + _MARGIN)
    bottom = min(size["height"], box["y"] + box["height"] + _MARGIN)
    await page.screenshot(
        path=file,
        animations="disabled",
        clip={"x": left, "y": top, "width": right - left, "height": bottom - top},
    )


def _optimise(file: Path) -> None:
    """Store a picture with a palette of its own."""
    with Image.open(file) as picture:
        fewer = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    fewer.save(file, optimize=True)
