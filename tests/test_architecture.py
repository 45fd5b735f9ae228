"""The rules of docs/architecture.md that a machine can hold."""

import ast
from collections.abc import Iterator
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "custom_components" / "blynk_bridge"
SIMULATOR = ROOT / "simulator"
LAYERS = {"device": {"device"}, "traits": {"traits", "device"}}


def sources(folder: Path) -> list[Path]:
    """Return the Python files of a folder."""
    found = sorted(folder.rglob("*.py"))
    assert found, f"nothing in {folder}"
    return found


def imports(file: Path) -> Iterator[str]:
    """Yield the absolute name of every module a file imports from."""
    package = file.relative_to(PACKAGE.parents[1]).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_nothing_of_ours_above_it(layer: str) -> None:
    """device/ stands alone, traits/ stand on it, and the rest on both."""
    ours = "custom_components.blynk_bridge"
    for file in sources(PACKAGE / layer):
        for name in imports(file):
            if name.startswith(f"{ours}."):
                part = name.removeprefix(f"{ours}.").partition(".")[0]
                assert part in LAYERS[layer], f"{file} imports {name}"
            assert name != ours, f"{file} imports the package"


def test_traits_use_of_the_device_only_its_values() -> None:
    """A trait knows what a value is, and nothing of sessions and messages."""
    allowed = {"values", "errors"}
    for file in sources(PACKAGE / "traits"):
        for name in imports(file):
            prefix = "custom_components.blynk_bridge.device."
            if name.startswith(prefix):
                assert name.removeprefix(prefix).partition(".")[0] in allowed, file


@pytest.mark.parametrize("folder", [PACKAGE / "device", SIMULATOR])
def test_neither_the_device_nor_the_simulator_know_home_assistant(folder: Path) -> None:
    """Both could be published as they are."""
    for file in sources(folder):
        if folder == SIMULATOR:
            names = {
                node.module or ""
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.ImportFrom) and not node.level
            }
        else:
            names = set(imports(file))
        assert not [n for n in names if n.partition(".")[0] == "homeassistant"], file


@pytest.mark.parametrize(
    "folder", ["custom_components", "simulator", "demo", "validation"]
)
def test_nothing_needs_the_benchmarks(folder: str) -> None:
    """They may use everything, and so nothing can do with them."""
    for file in sources(ROOT / folder):
        names = {name.partition(".")[0] for name in imports(file)}
        assert "benchmarks" not in names, file


def test_only_the_link_knows_the_mqtt_library() -> None:
    """The MQTT library can be replaced in two files."""
    for file in sources(PACKAGE):
        if file.name not in ("client.py", "link.py"):
            assert not [
                name
                for name in imports(file)
                if name.partition(".")[0] in ("aiomqtt", "paho")
            ], file


def test_the_device_package_runs_without_home_assistant(tmp_path: Path) -> None:
    """Copied alone to an empty folder, with aiomqtt and nothing else."""
    shutil.copytree(PACKAGE / "device", tmp_path / "device")
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    import aiomqtt
    import paho

    for module in (aiomqtt, paho):
        root = Path(next(iter(module.__path__)))
        (libraries / root.name).symlink_to(root)
    result = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            "import device.session, sys; assert 'homeassistant' not in sys.modules",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(libraries), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
