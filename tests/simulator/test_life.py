"""Starting, stopping, waiting; and the simulator as a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import json
from pathlib import Path
import signal
import socket
import sys
from typing import Any

import aiohttp
import pytest

from simulator import Datastream, Kind, Simulator, SimulatorOptions
from simulator.mqtt.packets import PacketType

from .conftest import TEMPLATE, TOKEN
from .peer import Peer

PROJECT = Path(__file__).parents[2]


async def test_nothing_is_left_after_the_end(socket_enabled: None) -> None:
    """Neither a task nor a port, whatever was going on."""
    before = asyncio.all_tasks()
    simulator = Simulator(SimulatorOptions(token=TOKEN, datastreams=TEMPLATE))
    async with (
        simulator,
        Peer.open(simulator.entry.mqtt_port) as device,
        Peer.open(simulator.entry.mqtt_port) as silent,
        aiohttp.ClientSession() as session,
    ):
        await device.subscribed(TOKEN)
        silent.send_raw(b"\x10")
        url = f"http://127.0.0.1:{simulator.entry.http_port}/sim/events"
        async with session.ws_connect(url) as socket_:
            await socket_.receive_json()
            folder = simulator.ca_file.parent
            simulator.behaviour.suback_delay = 60
            device.subscribe("downlink/x")
            await simulator.outage(60)
            await simulator.start_listening()
            async with Peer.open(simulator.entry.tls_port) as no_tls:
                no_tls.send_raw(b"\x16\x03")
                await simulator.press("Switch", 1)
                await simulator.stop()
    assert asyncio.all_tasks() == before
    assert not exists(folder)
    for region in simulator.regions.values():
        for port in (region.mqtt_port, region.https_port):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)


async def test_clients_that_arrive_at_the_end_are_let_go(socket_enabled: None) -> None:
    """Neither a half-open connection nor its socket is left."""
    for waits in range(8):
        async with Simulator(SimulatorOptions(regions=1)) as simulator:
            ports = (simulator.entry.mqtt_port, simulator.entry.wss_port)
            opening = [asyncio.open_connection("127.0.0.1", port) for port in ports]
            streams = await asyncio.gather(*opening)
            for _ in range(waits):
                await asyncio.sleep(0)
        for reader, writer in streams:
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
    gc.collect()


async def test_a_listener_pauses_when_it_cannot_accept(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without file descriptors it tries again later instead of spinning."""
    failures = 0
    accept = socket.socket.accept

    def failing(self: socket.socket) -> tuple[socket.socket, object]:
        nonlocal failures
        failures += 1
        if failures == 1:
            raise OSError(errno.EMFILE, "too many open files")
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", failing)
    async with Peer.open(sim.entry.mqtt_port) as device:
        await device.connected(TOKEN)
    assert "too many open files" in caplog.text


async def test_a_taken_port_is_an_error(socket_enabled: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for option in ("mqtt_port", "wss_port", "https_port"):
            simulator = Simulator(SimulatorOptions(**{option: port}))
            with pytest.raises(OSError, match="in use"):
                await simulator.start()


async def test_it_can_be_started_again(socket_enabled: None) -> None:
    simulator = Simulator(SimulatorOptions(token=TOKEN))
    for _ in range(2):
        async with (
            simulator,
            Peer.open(simulator.entry.mqtt_port) as device,
        ):
            await device.connected(TOKEN)
    with pytest.raises(RuntimeError):
        await simulator.ping()


async def test_two_simulators_keep_apart(sim: Simulator, socket_enabled: None) -> None:
    async with Simulator() as other, Peer.open(other.entry.mqtt_port) as device:
        device.connect(TOKEN)
        assert (await device.expect(PacketType.CONNACK)).code == 4
        assert other.token not in {sim.token, ""}
        assert len(other.token) == 32
    assert not sim.journal.find(Kind.CONNECT)


@pytest.mark.parametrize("regions", [0, 6])
def test_there_are_one_to_five_regions(regions: int) -> None:
    with pytest.raises(ValueError, match="regions"):
        Simulator(SimulatorOptions(regions=regions))


async def test_waiting_says_what_did_not_come(sim: Simulator) -> None:
    with pytest.raises(
        TimeoutError, match=r"not within 0\.05 s: .*sim\.device\.online"
    ):
        await sim.wait_for(lambda: sim.device.online, timeout=0.05)


async def test_waiting_ends_with_the_change(sim: Simulator) -> None:
    state = sim.device.datastreams["Switch"]
    waiting = [
        asyncio.create_task(sim.wait_for(lambda: state.value == 1)) for _ in range(3)
    ]
    await asyncio.sleep(0)
    await sim.press("Switch", 1)
    async with asyncio.timeout(1):
        await asyncio.gather(*waiting)


# --- python -m simulator -------------------------------------------------------


async def wait_for_file(file: Path) -> Any:
    """Wait until the program has written the file; return the JSON in it."""
    async with asyncio.timeout(20):
        while not exists(file):
            await asyncio.sleep(0.05)
    return content(file)


def content(file: Path) -> Any:
    """Return the JSON in a file."""
    return json.loads(file.read_text())


def exists(file: Path) -> bool:
    """Say whether there is such a file."""
    return file.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_program_serves_until_a_signal(
    socket_enabled: None, tmp_path: Path, number: signal.Signals
) -> None:
    definitions = tmp_path / "datastreams.json"
    definitions.write_text('[{"name": "Only", "pin": 3, "type": "integer", "max": 5}]')
    ports_file = tmp_path / "ports.json"
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "simulator", "--mqtt-port=0", "--http-port=0", "--regions=3"),
        *(f"--token={TOKEN}", "--template=TMPLabcd1234", "--verbose"),
        *(f"--datastreams={definitions}", f"--ports-file={ports_file}"),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        ports = await wait_for_file(ports_file)
        assert ports_file.stat().st_mode & 0o77 == 0
        assert (ports["token"], ports["template"]) == (TOKEN, "TMPLabcd1234")
        assert (ports["entry"], ports["home"]) == ("fra1", "fra1")
        assert [*ports["regions"]] == ["fra1", "ny3", "lon1"]
        assert exists(Path(ports["ca"]))
        entry = ports["regions"]["fra1"]
        assert entry.keys() == {"mqtt", "tls", "ws", "wss", "http", "https"}

        async with Peer.open(entry["mqtt"]) as device, aiohttp.ClientSession() as http:
            await device.subscribed(TOKEN)
            url = f"http://127.0.0.1:{entry['http']}/sim/widget"
            body = {"datastream": "Only", "value": 9}
            async with http.post(url, json=body) as response:
                assert (await response.json())["delivered"] is True
            assert (await device.expect(PacketType.PUBLISH)).payload == b"5"
            program.send_signal(number)
            async with asyncio.timeout(1.5):
                assert await program.wait() == 0
    finally:
        if program.returncode is None:
            program.kill()
    output, errors = await program.communicate()
    assert f"http://127.0.0.1:{entry['http']}/".encode() in output
    assert b"downlink/ds/Only" in output
    assert TOKEN.encode() not in output
    assert errors == b""
    assert not exists(Path(ports["ca"]))


async def test_a_bad_datastream_file_is_explained(
    socket_enabled: None, tmp_path: Path
) -> None:
    file = tmp_path / "datastreams.json"
    file.write_text('[{"name": "a/b", "pin": 1}]')
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", f"--datastreams={file}"),
        cwd=PROJECT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await program.communicate()
    assert program.returncode == 1
    assert errors.startswith(b"simulator: forbidden character")


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
async def test_a_port_that_is_none_is_explained(port: str) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", f"--mqtt-port={port}"),
        cwd=PROJECT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await program.communicate()
    assert program.returncode == 2
    assert f"a port is 0 to 65535, not {port}".encode() in errors


def test_the_demo_template_has_every_type() -> None:
    options = SimulatorOptions()
    assert len({datastream.type for datastream in options.datastreams}) == 6
    pins = [datastream.pin for datastream in options.datastreams]
    assert len(set(pins)) == len(pins)
    assert all(isinstance(each, Datastream) for each in options.datastreams)
