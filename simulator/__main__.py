"""Run the simulator: python -m simulator --help."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
from pathlib import Path
import secrets
import signal
import sys

from . import fields
from .datastreams import DEMO, Datastream, checked_event_code, datastream_from_json
from .regions import REGION_NAMES
from .simulator import DEFAULT_TEMPLATE, Simulator, SimulatorOptions

PORT_MAX = 65535


def main() -> int:
    """Parse the command line and run until SIGINT or SIGTERM."""
    arguments = _parser().parse_args()
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        options = SimulatorOptions(
            token=arguments.token or secrets.token_urlsafe(24),
            template_id=arguments.template,
            datastreams=_datastreams(arguments.datastreams),
            events=dict(arguments.events),
            regions=arguments.regions,
            mqtt_port=arguments.mqtt_port,
            tls_port=arguments.tls_port,
            ws_port=arguments.ws_port,
            wss_port=arguments.wss_port,
            http_port=arguments.http_port,
            https_port=arguments.https_port,
        )
        asyncio.run(_run(options, arguments))
    except (OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A Blynk.Cloud on 127.0.0.1."
    )
    ports = {
        "mqtt": ("MQTT over TCP", 1883),
        "tls": ("MQTT over TLS", 0),
        "ws": ("MQTT over WebSocket, path /mqtt", 0),
        "wss": ("MQTT over secure WebSocket, path /mqtt", 0),
        "http": ("console page, hooks, device API", 8080),
        "https": ("the same over TLS", 0),
    }
    for name, (what, default) in ports.items():
        parser.add_argument(
            f"--{name}-port",
            type=_port,
            default=default,
            metavar="PORT",
            help=f"{what} in the entry region; 0 is a free port (default {default})",
        )
    parser.add_argument("--token", help="the device's token (default: a random one)")
    parser.add_argument("--template", default=DEFAULT_TEMPLATE, help="template id")
    parser.add_argument(
        "--datastreams",
        type=Path,
        metavar="FILE.json",
        help="a JSON list of datastream definitions (default: a demo template)",
    )
    parser.add_argument(
        "--event",
        type=_event,
        action="append",
        default=[],
        dest="events",
        metavar="CODE[=DESCRIPTION]",
        help="an event of the template, repeatable (default: any code will do)",
    )
    parser.add_argument(
        "--regions",
        type=int,
        default=2,
        choices=range(1, len(REGION_NAMES) + 1),
        help="number of regions; the first is the entry region (default 2)",
    )
    parser.add_argument(
        "--ports-file",
        type=Path,
        metavar="PATH",
        help="write token and ports there, as JSON, once everything listens",
    )
    parser.add_argument("--verbose", action="store_true", help="print the journal")
    return parser


def _port(text: str) -> int:
    """Parse a TCP port; 0 is a free one. Raises ArgumentTypeError."""
    if text.isascii() and text.isdecimal() and int(text) <= PORT_MAX:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is 0 to {PORT_MAX}, not {text}")


def _event(text: str) -> tuple[str, str]:
    """Parse an event's code and description. Raises ArgumentTypeError."""
    code, _, description = text.partition("=")
    try:
        return checked_event_code(code), description
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _datastreams(file: Path | None) -> tuple[Datastream, ...]:
    if file is None:
        return DEMO
    definitions = fields.json_list(file.read_bytes())
    return tuple(datastream_from_json(definition) for definition in definitions)


async def _run(options: SimulatorOptions, arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with Simulator(options) as simulator:
        if arguments.verbose:
            simulator.journal.on_line = print
        if arguments.ports_file is not None:
            ports = json.dumps(_ports(simulator), indent=2)
            _write_atomically(arguments.ports_file, ports)
        entry = simulator.entry
        print(f"Console   http://{entry.host}:{entry.http_port}/")
        print(f"MQTT      {entry.host}:{entry.mqtt_port}, TLS {entry.tls_port}")
        print(f"WebSocket {entry.host}:{entry.ws_port}, TLS {entry.wss_port}")
        print(f"Template  {simulator.template_id}")
        if not arguments.token:
            print(f"Token     {simulator.token}")
        sys.stdout.flush()
        await stopped.wait()


def _ports(simulator: Simulator) -> dict[str, object]:
    return {
        "token": simulator.token,
        "template": simulator.template_id,
        "ca": str(simulator.ca_file),
        "regions": {
            region.name: {
                "mqtt": region.mqtt_port,
                "tls": region.tls_port,
                "ws": region.ws_port,
                "wss": region.wss_port,
                "http": region.http_port,
                "https": region.https_port,
            }
            for region in simulator.regions.values()
        },
        "entry": simulator.entry.name,
        "home": simulator.device.home,
    }


def _write_atomically(file: Path, text: str) -> None:
    """Write a file that is complete as soon as it exists, readable by its owner only."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(file)


if __name__ == "__main__":
    sys.exit(main())
