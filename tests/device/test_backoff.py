"""Whom a session takes the end of its links to be from."""

import pytest

from custom_components.blynk_bridge.device.backoff import BackOff
from custom_components.blynk_bridge.device.errors import (
    ConnectionLost,
    LinkError,
    TokenInUse,
)


@pytest.mark.parametrize(
    ("code", "lifetime", "kind"),
    [
        (None, 1, TokenInUse),
        (0x8B, 1, TokenInUse),
        (None, 10, ConnectionLost),
        # It has said what it minds: too many messages, the quota, too many connections.
        (0x96, 1, ConnectionLost),
        (0x97, 1, ConnectionLost),
        (0x9F, 1, ConnectionLost),
    ],
)
def test_three_short_lives_are_another_client_unless_the_server_says_why(
    code: int | None, lifetime: float, kind: type[LinkError]
) -> None:
    backoff = BackOff(lambda low, high: low)
    ends = [backoff.judge(lifetime, ConnectionLost(code)) for _ in range(3)]
    assert [type(error) for error in ends] == [ConnectionLost, ConnectionLost, kind]
