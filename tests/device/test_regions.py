"""A token that the configured server refuses: invalid, or only of another region."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from custom_components.blynk_bridge.device.endpoint import (
    Endpoint,
    RedirectPolicy,
    Transport,
)
from custom_components.blynk_bridge.device.errors import (
    ConnectionRefused,
    InvalidToken,
    LinkError,
    RedirectRefused,
)
from custom_components.blynk_bridge.device.region import PATH, REGIONS, Regions, Reply

from .conftest import TOKEN

HERE = Endpoint(Transport.WSS, "iot.example.com", 9443)
REFUSAL = InvalidToken(0x86)
UNKNOWN = Reply(400, text='{"error":{"message":"Invalid token."}}')
HOUR, DAY = 3600.0, 86400.0


def moved(host: str, path: str = PATH, scheme: str = "https") -> Reply:
    """Return a redirect as Blynk sends it: the token comes back in it."""
    return Reply(308, f"{scheme}://{host}{path}?token={TOKEN}")


@dataclass
class Cloud:
    """The HTTPS API of several hosts; who has no reply does not answer."""

    replies: Mapping[str, Reply]
    asked: list[str] = field(default_factory=list)

    async def ask(self, host: str, port: int | None, token: str) -> Reply:
        """Reply as the host does."""
        assert token == TOKEN
        self.asked.append(host if port is None else f"{host}:{port}")
        if host not in self.replies:
            raise LinkError("no answer over HTTPS")
        return self.replies[host]


def regions(cloud: Cloud, host: str = "iot.example.com") -> Regions:
    """Return a search for the home of a token that a host refuses."""
    configured = Endpoint(Transport.WSS, host, 9443)
    return Regions(RedirectPolicy(configured), TOKEN, cloud.ask)


@pytest.mark.parametrize("text", ["true", "false", "false\n"])
@pytest.mark.parametrize(
    ("hops", "host"),
    [
        (["a.iot.example.com"], "a.iot.example.com"),
        (["a.iot.example.com:8443"], "a.iot.example.com"),
        (["a.iot.example.com", "b.iot.example.com"], "b.iot.example.com"),
        (["a.iot.example.com", "b.iot.example.com", "c.iot.example.com"], "c"),
    ],
)
async def test_redirects_lead_home(text: str, hops: list[str], host: str) -> None:
    """Up to three; the port of MQTT stays what it was."""
    path = ["iot.example.com", *(hop.partition(":")[0] for hop in hops)]
    replies = {here: moved(hop) for here, hop in zip(path, hops, strict=False)}
    cloud = Cloud(replies | {path[-1]: Reply(200, text=text)})
    search = regions(cloud)
    home = await search.home_of(REFUSAL, HERE, 0)
    assert home == Endpoint(Transport.WSS, path[-1], 9443)
    assert home.host.startswith(host)
    assert cloud.asked == ["iot.example.com", *hops]
    assert search.questions == len(cloud.asked)


@pytest.mark.parametrize(
    "replies",
    [
        {},
        {"iot.example.com": UNKNOWN},
        {"iot.example.com": Reply(401)},
        {"iot.example.com": Reply(200, text="<html>Welcome to the hotel</html>")},
        {"iot.example.com": Reply(302, f"https://a.iot.example.com{PATH}")},
        {"iot.example.com": Reply(308)},
        {"iot.example.com": Reply(308, "https://[::1")},
        {"iot.example.com": moved("a.iot.example.com", "/login")},
        {"iot.example.com": moved("a.iot.example.com", scheme="http")},
        {"iot.example.com": moved("a.iot.example.com:99999")},
        {"iot.example.com": moved("a.iot.example.com")},
        {
            "iot.example.com": moved("a.iot.example.com"),
            "a.iot.example.com": UNKNOWN,
        },
        {
            "iot.example.com": moved("a.iot.example.com"),
            "a.iot.example.com": moved("iot.example.com"),
        },
    ],
)
async def test_where_nobody_knows_better_the_token_is_invalid(
    replies: dict[str, Reply],
) -> None:
    """Also where redirects go round, or a web page answers."""
    cloud = Cloud(replies)
    with pytest.raises(InvalidToken):
        await regions(cloud).home_of(REFUSAL, HERE, 0)
    assert len(cloud.asked) <= 4
    assert set(cloud.asked) <= {"iot.example.com", "a.iot.example.com"}


@pytest.mark.parametrize("host", ["attacker.example", "blynk.cloud", "127.0.0.1"])
async def test_the_token_follows_no_redirect_to_a_stranger(host: str) -> None:
    """By the same policy as over MQTT."""
    cloud = Cloud({"iot.example.com": moved(host), host: Reply(200, text="true")})
    with pytest.raises(RedirectRefused, match=host):
        await regions(cloud).home_of(REFUSAL, HERE, 0)
    assert cloud.asked == ["iot.example.com"]


async def test_a_token_that_is_valid_here_is_not_called_invalid() -> None:
    """MQTT refuses it and HTTPS does not: that will pass, so nobody is asked for another."""
    cloud = Cloud({"iot.example.com": Reply(200, text="true")})
    search = regions(cloud)
    for now in (0, 60, HOUR):
        with pytest.raises(ConnectionRefused) as error:
            await search.home_of(REFUSAL, HERE, now)
        assert not isinstance(error.value, InvalidToken)
    assert search.questions == 1


@pytest.mark.parametrize("entry", [{}, {"blynk.cloud": UNKNOWN}])
async def test_the_public_regions_are_tried(entry: dict[str, Reply]) -> None:
    """Where the configured one is Blynk's own, and says no more than "invalid"."""
    known = dict.fromkeys(REGIONS, UNKNOWN)
    cloud = Cloud(entry | known | {"sgp1.blynk.cloud": Reply(200, text="false")})
    here = Endpoint(Transport.WSS, "blynk.cloud", 9443)
    home = await regions(cloud, "blynk.cloud").home_of(REFUSAL, here, 0)
    assert home.host == "sgp1.blynk.cloud"
    assert sorted(cloud.asked) == sorted(["blynk.cloud", *REGIONS])


async def test_a_bad_token_is_asked_for_once_a_day() -> None:
    """Each question may cost a message, and Blynk is not to be hammered."""
    cloud = Cloud(dict.fromkeys(("fra1.blynk.cloud", *REGIONS), UNKNOWN))
    search = regions(cloud, "fra1.blynk.cloud")
    for now in (0.0, 900.0, DAY - 1):
        with pytest.raises(InvalidToken):
            await search.home_of(REFUSAL, HERE, now)
    assert search.questions == len(REGIONS)
    with pytest.raises(InvalidToken):
        await search.home_of(REFUSAL, HERE, DAY)
    assert search.questions == 2 * len(REGIONS)


async def test_a_home_that_refuses_is_looked_for_again_after_an_hour() -> None:
    """A server that refuses and a region that does not would chase us in circles."""
    cloud = Cloud(
        {
            "iot.example.com": moved("a.iot.example.com"),
            "a.iot.example.com": Reply(200, text="true"),
        }
    )
    search = regions(cloud)
    home = await search.home_of(REFUSAL, HERE, 0)
    assert home.host == "a.iot.example.com"
    for endpoint in (home, HERE):
        with pytest.raises(InvalidToken):
            await search.home_of(REFUSAL, endpoint, HOUR - 1)
    assert await search.home_of(REFUSAL, HERE, HOUR) == home
    assert search.questions == 4


async def test_a_home_that_does_not_refuse_stays_known() -> None:
    """It may be out of reach, and the token is valid all the same."""
    cloud = Cloud(
        {
            "iot.example.com": moved("a.iot.example.com"),
            "a.iot.example.com": Reply(200, text="true"),
        }
    )
    search = regions(cloud)
    homes = {await search.home_of(REFUSAL, HERE, now) for now in (0, 60, HOUR - 1)}
    assert search.questions == 2
    cloud.replies = {}
    homes |= {await search.home_of(REFUSAL, HERE, now) for now in (HOUR, DAY)}
    assert homes == {Endpoint(Transport.WSS, "a.iot.example.com", 9443)}
    assert search.questions == 3
