"""Images and code with something wrong in them."""

from io import BytesIO
from typing import Final

from PIL import Image

from validation.project import INTEGRATION

from .broken import BRAND, MANIFEST, Broken, gone, put, replaced, written


def picture(
    width: int, height: int, form: str = "PNG", margin: int = 0, alpha: int = 255
) -> bytes:
    """Return an image with a rounded corner's worth of transparency."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    inner = (margin, margin, width - margin, height - margin)
    image.paste((10, 100, 130, alpha), inner)
    image.putpixel((0, 0), (0, 0, 0, 255 if alpha == 254 else 0))
    content = BytesIO()
    (image if form == "PNG" else image.convert("RGB")).save(content, form)
    return content.getvalue()


CODE: Final = f"{INTEGRATION}/button.py"
BROKEN: Final = {
    "no dark logo": Broken(
        "brand images", gone(f"{BRAND}/dark_logo.png"), "dark_logo.png: is missing"
    ),
    "an image too many": Broken(
        "brand images", written(f"{BRAND}/banner.png", b""), "nothing that"
    ),
    "an image that is none": Broken(
        "brand images", written(f"{BRAND}/icon.png", b"x"), "is no image"
    ),
    "an icon of another size": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(255, 256)),
        "is 255 × 256, and must be 256 × 256",
    ),
    "a dense icon of a plain one's size": Broken(
        "brand images",
        written(f"{BRAND}/icon@2x.png", picture(256, 256)),
        "must be 512 × 512",
    ),
    "an icon with a frame of nothing": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(256, 256, margin=2)),
        "has empty edges",
    ),
    "an icon that hides what is behind": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(256, 256, alpha=254)),
        "must be transparent",
    ),
    "a JPEG": Broken(
        "brand images",
        written(f"{BRAND}/icon.png", picture(256, 256, "JPEG")),
        "is JPEG",
    ),
    "a low logo": Broken(
        "brand images", written(f"{BRAND}/logo.png", picture(500, 127)), "shorter side"
    ),
    "a high logo": Broken(
        "brand images",
        written(f"{BRAND}/logo.png", picture(130, 200)),
        "wider than high",
    ),
    "a logo that is no twin": Broken(
        "brand images", written(f"{BRAND}/logo.png", picture(500, 140)), "its twin @2x"
    ),
    "a dark logo of another size": Broken(
        "brand images",
        written(f"{BRAND}/dark_logo.png", picture(500, 140)),
        "another size than for light",
    ),
    "code that is none": Broken("sources", written(CODE, "def"), "does not compile"),
    "code that prints": Broken(
        "sources", written(CODE, "print(1)"), "line 1 calls print"
    ),
    "a folder that is no package": Broken(
        "packages", gone(f"{INTEGRATION}/flows/__init__.py"), "__init__.py: is missing"
    ),
    "a schema that is gone": Broken(
        "schema of YAML",
        replaced(f"{INTEGRATION}/__init__.py", "CONFIG_SCHEMA: Final", "SCHEMA: Final"),
        "no CONFIG_SCHEMA",
    ),
    "an integration that the manifest does not name": Broken(
        "dependencies",
        written(CODE, "from homeassistant.components.tag import DOMAIN\n"),
        "uses tag, which",
    ),
    "a package that the manifest does not name": Broken(
        "dependencies",
        written(CODE, "from homeassistant.components import tag\n"),
        "uses tag, which",
    ),
    "a module that the manifest does not name": Broken(
        "dependencies",
        written(CODE, "import homeassistant.components.tag.const\n"),
        "uses tag, which",
    ),
    "an integration that is named twice": Broken(
        "dependencies",
        put(MANIFEST, ["recorder"], "dependencies"),
        "recorder is in dependencies and",
    ),
}
