"""A benchmark that never ends, and does not listen."""

import os
from pathlib import Path
import signal
import subprocess
import time
from typing import Never

from benchmarks.size import Size


def measure(_: Size) -> Never:
    """Write into a file of the test's which processes there are."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    with Path(os.environ["STUCK_PROCESSES"]).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {child.pid} ")
    # It is to be ended by others: the command's time limit is a few seconds.
    while True:
        time.sleep(60)
