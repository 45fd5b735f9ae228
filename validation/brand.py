"""The images in brand/, by the rules of Home Assistant's collection of brands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from .findings import Finding
from .project import INTEGRATION, Project

BRAND: Final = f"{INTEGRATION}/brand"
# What Home Assistant serves of a brand/ folder (components/brands/const.py).
IMAGES: Final = frozenset(
    f"{colours}{name}{scale}.png"
    for colours in ("", "dark_")
    for name in ("icon", "logo")
    for scale in ("", "@2x")
)
_ICON: Final = 256
_LOGO: Final = range(128, 256 + 1)
"""Pixels of an icon's sides, and of a logo's shorter side; twice that for @2x."""
_SLACK: Final = 1
"""Pixels at an edge that may be empty: twice a size need not be an even number."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is to be known of an image."""

    form: str
    width: int
    height: int
    transparent: bool
    margins: tuple[int, int, int, int]


def check_images(project: Project) -> Iterator[Finding]:
    """Find images that are missing, strange, of another size, or not cut out."""
    there = set(project.files(BRAND, ""))
    for name in sorted(IMAGES):
        if f"{BRAND}/{name}" not in there:
            yield Finding(f"{BRAND}/{name}", "is missing")
    pictures: dict[str, _Picture] = {}
    for file in sorted(there):
        name = file.rpartition("/")[2]
        if name not in IMAGES:
            yield Finding(file, "is nothing that Home Assistant shows")
        elif (picture := _picture(project.content(file))) is None:
            yield Finding(file, "is no image")
        else:
            pictures[name] = picture
            for fault in _faults(name, picture):
                yield Finding(file, fault)
    yield from _unlike_twins(pictures)


def _picture(content: bytes) -> _Picture | None:
    try:
        image = Image.open(BytesIO(content))
        alpha = image.convert("RGBA").getchannel("A")
    except UnidentifiedImageError, OSError:
        return None
    left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
    lowest, _ = alpha.getextrema()
    width, height = image.size
    return _Picture(
        str(image.format),
        width,
        height,
        lowest == 0,
        (left, top, width - right, height - bottom),
    )


def _faults(name: str, picture: _Picture) -> Iterator[str]:
    """Yield what is wrong with one image."""
    scale = 2 if "@2x" in name else 1
    if picture.form != "PNG":
        yield f"is {picture.form}, and must be PNG"
    if not picture.transparent:
        yield "must be transparent around the drawing"
    if max(picture.margins) > _SLACK:
        yield f"has empty edges (left, top, right, bottom): {picture.margins}"
    size = f"{picture.width} × {picture.height}"
    if "icon" in name:
        if (picture.width, picture.height) != (_ICON * scale, _ICON * scale):
            yield f"is {size}, and must be {_ICON * scale} × {_ICON * scale}"
    elif min(picture.width, picture.height) not in range(
        _LOGO[0] * scale, _LOGO[-1] * scale + 1
    ):
        yield f"is {size}: a logo's shorter side has {_LOGO[0] * scale} to {_LOGO[-1] * scale}"
    elif picture.width <= picture.height:
        yield f"is {size}: a logo is wider than high"


def _unlike_twins(pictures: Mapping[str, _Picture]) -> Iterator[Finding]:
    """Yield images for dense or dark screens that are not the size of their twins."""
    for name, picture in pictures.items():
        light = pictures.get(name.removeprefix("dark_"), picture)
        if (picture.width, picture.height) != (light.width, light.height):
            yield Finding(f"{BRAND}/{name}", "has another size than for light screens")
        dense = pictures.get(name.replace(".png", "@2x.png"), None)
        if dense is not None and (dense.width, dense.height) != (
            2 * picture.width,
            2 * picture.height,
        ):
            yield Finding(f"{BRAND}/{name}", "is not half the size of its twin @2x")
