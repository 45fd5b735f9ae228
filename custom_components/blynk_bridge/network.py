"""Home Assistant's ways into the network, as the device package wants them."""

from asyncio import IncompleteReadError
from socket import AF_UNSPEC
from typing import Final

from aiohttp import ClientError, ClientTimeout
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, async_get_clientsession
from yarl import URL

from .device.dial import Resolve
from .device.errors import LinkError
from .device.region import PATH, Ask, Reply

HTTPS_PORT: Final = 443
_TIMEOUT: Final = ClientTimeout(total=10)
_READ_MAX: Final = 64


@callback
def async_resolver(hass: HomeAssistant) -> Resolve:
    """Return Home Assistant's resolver, which needs no thread and knows .local names.

    A thread that waits for a name server can't be cancelled, and would hold up Home
    Assistant's stop. aiohttp's connector, which has the same resolver, shields its
    look-ups: one that is given up would be an error in the log.
    """
    # The first session makes the resolver.
    async_get_clientsession(hass)
    resolver = hass.data[DATA_RESOLVER]

    async def resolve(host: str) -> list[str]:
        found = await resolver.resolve(host, family=AF_UNSPEC)
        return [address["host"] for address in found]

    return resolve


@callback
def async_asker(hass: HomeAssistant, verify_ssl: bool) -> Ask:
    """Return how to ask the device HTTPS API whether it knows a token.

    The token is in the URL, and aiohttp's errors carry that: none of them gets out.
    """

    async def request(url: URL) -> Reply | None:
        session = async_get_clientsession(hass, verify_ssl)
        try:
            async with session.get(
                url, allow_redirects=False, timeout=_TIMEOUT
            ) as response:
                try:
                    body = await response.content.readexactly(_READ_MAX)
                except IncompleteReadError as short:
                    body = short.partial
                location = response.headers.get("Location")
                return Reply(response.status, location, body.decode("latin-1"))
        except ClientError, TimeoutError, OSError, ValueError:
            return None

    async def ask(host: str, port: int | None, token: str) -> Reply:
        url = URL.build(
            scheme="https",
            host=host,
            port=HTTPS_PORT if port is None else port,
            path=PATH,
            query={"token": token},
        )
        if (reply := await request(url)) is None:
            raise LinkError("no answer over HTTPS")
        return reply

    return ask
