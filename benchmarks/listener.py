"""An independent subscriber in a process of its own: what came, and when.

`python -m benchmarks.listener PORT USER PASSWORD TOPIC …` says `ready`, and answers
each line it is sent with a JSON list of what has come since: topic, payload and
nanoseconds of the monotonic clock. It ends with its input.
"""

import asyncio
import json
import sys
import time

import aiomqtt


async def _listen(client: aiomqtt.Client, heard: list[tuple[str, str, int]]) -> None:
    """Note each message as it comes."""
    async for message in client.messages:
        now = time.monotonic_ns()
        assert isinstance(message.payload, bytes)
        heard.append((message.topic.value, message.payload.decode(), now))


async def _main(port: int, user: str, password: str, topics: list[str]) -> None:
    """Listen until there is nobody to tell."""
    heard: list[tuple[str, str, int]] = []
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    async with aiomqtt.Client(
        "127.0.0.1", port, username=user, password=password
    ) as client:
        for topic in topics:
            await client.subscribe(topic, qos=1)
        listening = asyncio.create_task(_listen(client, heard))
        print("ready", flush=True)
        while await reader.readline():
            print(json.dumps(heard), flush=True)
            heard.clear()
        listening.cancel()


if __name__ == "__main__":
    _, port, user, password, *topics = sys.argv
    asyncio.run(_main(int(port), user, password, topics))
