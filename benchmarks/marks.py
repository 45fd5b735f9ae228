"""What a process does that is counted in by `instructions`: it obeys, and makes marks."""

import asyncio
import gc
import json
import os
import sys
from typing import Any


def order(*items: Any) -> bytes:
    """Return what to tell the process on its standard input, first of all."""
    return json.dumps(items).encode() + b"\n"


def ordered() -> list[Any]:
    """Return what the process was told."""
    items: list[Any] = json.loads(sys.stdin.readline())
    return items


async def counting() -> None:
    """Tell that all is ready, and wait until counting has begun."""
    # As Home Assistant does when it has started.
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


def mark() -> None:
    """Call what valgrind is told to look out for, and nothing else here calls."""
    os.getppid()
