"""`scripts/release`: the archive that HACS unpacks into a home's custom_components/blynk_bridge."""

import argparse
import hashlib
import json
from pathlib import Path
import subprocess
import sys
import zipfile

from .home_assistant import INTEGRATION, ROOT
from .terminal import say, show
from .waiting import DemoError

DIST = ROOT / "dist"
# Of every file in it, so that the same files make the same archive: the first that ZIP knows.
MOMENT = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16


def main() -> int:
    """Return the exit status."""
    options = _parse()
    try:
        require_version(options.version)
        archive = pack(options.folder)
    except DemoError as err:
        say(str(err))
        return 1
    show(f"Blynk Bridge {version()}: {archive}")
    show(f"SHA-256 {hashlib.sha256(archive.read_bytes()).hexdigest()}")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/release", description="Make the archive that HACS installs."
    )
    parser.add_argument(
        "version",
        nargs="?",
        help="what the release is tagged with; it must be the manifest's",
    )
    parser.add_argument(
        "--folder", type=Path, default=DIST, help="where to put it (%(default)s)"
    )
    return parser.parse_args()


def version() -> str:
    """Return the version, which is in the manifest and nowhere else."""
    manifest = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["version"])


def require_version(tag: str | None) -> None:
    """Raise DemoError unless this is ready to be released, as what the tag says."""
    ours = version()
    if tag is not None and tag.removeprefix("v") != ours:
        raise DemoError(f"the manifest says {ours}, the tag {tag}")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if f"\n## {ours}\n" not in changelog:
        raise DemoError(f"CHANGELOG.md says nothing of {ours}")


def pack(folder: Path) -> Path:
    """Pack the integration's files that git knows, and return the archive.

    HACS unpacks it into the integration's folder: names in it begin there.
    """
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / str(hacs["filename"])
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in _tracked():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.external_attr = MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, (INTEGRATION / name).read_bytes())
    return archive


def _tracked() -> list[str]:
    """Return the integration's files, without what only this machine has made of them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=INTEGRATION,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0 or not listed.stdout:
        raise DemoError(f"git knows no files in {INTEGRATION}")
    return sorted(name for name in listed.stdout.decode().split("\0") if name)


if __name__ == "__main__":
    sys.exit(main())
