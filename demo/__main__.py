"""`scripts/demo`: put the demo up and stay, or check it and leave."""

import argparse
import asyncio
from pathlib import Path
import shutil
import signal
import sys
import tempfile

from .check import run_checks
from .home_assistant import PASSWORD, RESTART_EXIT_STATUS, USERNAME
from .processes import LOCALHOST, require_port
from .stage import DOMAIN, Stage, put_up
from .terminal import say, show
from .waiting import DemoError

EXIT_INTERRUPTED = 130
LOG_LINES = 60


def main() -> int:
    """Return the exit status of the demo or the check."""
    options = _parse()
    folder = Path(tempfile.mkdtemp(prefix="blynk-bridge-demo-"))
    try:
        asyncio.run(_run_until_signalled(options, folder))
    except DemoError as err:
        say(str(err))
        _show_logs(folder)
        return 1
    except asyncio.CancelledError:
        say("ended")
        return EXIT_INTERRUPTED if options.check else 0
    finally:
        if options.keep:
            say(f"kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A small home in a real Home Assistant, joined to a local Blynk.Cloud.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="verify that it all works, on free ports, and leave",
    )
    parser.add_argument(
        "--archive",
        type=Path,
        help="install the integration from what scripts/release has made",
    )
    parser.add_argument(
        "--port", type=int, default=8123, help="Home Assistant's port (%(default)s)"
    )
    parser.add_argument(
        "--console-port",
        type=int,
        default=8080,
        help="the console's port (%(default)s)",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep the temporary folder with the logs (its storage holds the demo's token)",
    )
    return parser.parse_args()


async def _run_until_signalled(options: argparse.Namespace, folder: Path) -> None:
    """Run, and let a signal cancel it once: taking everything down is not to be interrupted."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("not in a task")
    loop = asyncio.get_running_loop()

    def cancel() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, lambda: None)
        show()
        say("ending")
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, cancel)
    if options.check:
        await run_checks(folder, options.archive)
    else:
        await _stay(options, folder)


async def _stay(options: argparse.Namespace, folder: Path) -> None:
    """Put the demo up and keep it up until it is ended from outside."""
    require_port(options.port, "Home Assistant", "--port")
    require_port(options.console_port, "the console", "--console-port")
    async with put_up(
        folder, options.port, options.console_port, options.archive
    ) as stage:
        _show_the_way(stage)
        await _watch(stage)


def _show_the_way(stage: Stage) -> None:
    url = stage.home_assistant.client.url
    show(f"""
  Home Assistant   {url}
                   user {USERNAME}, password {PASSWORD}
  its home         {url}/demo-home
  Blynk Bridge     {url}/config/integrations/integration/{DOMAIN}
  Blynk console    {stage.simulator.console}/

  Press a widget on the console and watch Home Assistant, or the other way round.
  Both listen on {LOCALHOST} only. Ctrl-C ends all of it.
""")


async def _watch(stage: Stage) -> None:
    """Follow a restart from Home Assistant's own menu; any other end is the demo's end."""
    simulator = asyncio.create_task(stage.simulator.process.wait())
    try:
        while True:
            home_assistant = asyncio.create_task(stage.home_assistant.process.wait())
            try:
                await asyncio.wait(
                    (simulator, home_assistant), return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                home_assistant.cancel()
            stage.simulator.process.check_alive()
            if stage.home_assistant.process.exit_status != RESTART_EXIT_STATUS:
                break
            say("Home Assistant restarts")
            await stage.home_assistant.start()
    finally:
        simulator.cancel()
    stage.home_assistant.process.check_alive()


def _show_logs(folder: Path) -> None:
    """Print the end of each log, for whoever has to find out what went wrong."""
    for log_file in (
        folder / "homeassistant" / "output.log",
        folder / "simulator.log",
    ):
        if not log_file.exists():
            continue
        lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        show(f"--- {log_file.name}, its last {LOG_LINES} lines")
        show("\n".join(lines[-LOG_LINES:]))


if __name__ == "__main__":
    sys.exit(main())
