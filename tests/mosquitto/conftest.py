"""Fixtures: mosquitto on free ports, a client that plays Blynk, settings for both."""

from collections.abc import AsyncGenerator
import ssl

import pytest

from custom_components.blynk_bridge.device.link import Protocol

from .broker import Credentials, Mosquitto, mosquitto_in, program
from .cloud import Cloud, cloud_at


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    """Return users, rights and certificates that all brokers share."""
    program("mosquitto")
    return Credentials.issue(tmp_path_factory.mktemp("credentials"))


@pytest.fixture
async def broker(
    credentials: Credentials,
    socket_enabled: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Mosquitto]:
    """Return a running broker."""
    folder = tmp_path_factory.mktemp("mosquitto")
    async with mosquitto_in(folder, credentials) as mosquitto:
        yield mosquitto


@pytest.fixture
async def other_broker(
    credentials: Credentials,
    socket_enabled: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Mosquitto]:
    """Return a second broker, which knows nothing of the first."""
    folder = tmp_path_factory.mktemp("mosquitto")
    async with mosquitto_in(folder, credentials) as mosquitto:
        yield mosquitto


@pytest.fixture
async def cloud(broker: Mosquitto) -> AsyncGenerator[Cloud]:
    """Return the cloud on the broker."""
    async with cloud_at(broker) as client:
        yield client


@pytest.fixture
def trusting(credentials: Credentials) -> ssl.SSLContext:
    """Return a TLS context that trusts the brokers' authority only."""
    return credentials.trusting()


@pytest.fixture(params=list(Protocol))
def protocol(request: pytest.FixtureRequest) -> Protocol:
    """Run the test with each version of MQTT."""
    version: Protocol = request.param
    return version
