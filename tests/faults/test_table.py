"""Every row of the fault table, as it happens."""

import asyncio

import pytest

from .house import House
from .row import Row
from .table import TABLE

STRIKE_TIME = 10.0
"""Seconds within which what happens once must have happened."""
SETTLE_TIME = 70.0
"""Seconds after everything is well in which nothing may spoil it again.

The issue about another client takes a minute of them to go.
"""


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_fault(house: House, row: Row) -> None:
    """It is seen as the table says, is over in time, and loses nothing."""
    house.watch()
    began = house.time.time()
    await row.begin(house)
    await live(house, row)
    assert not row.slow or house.lost()
    if row.lasts:
        await asyncio.sleep(row.lasts / 2)
        await live(house, row)
        await asyncio.sleep(row.lasts / 2)
        assert house.asks_for_token == row.asks_for_token
        assert house.open_issues <= {row.issue}
    else:
        await house.until(lambda: house.proxy.plan is None, STRIKE_TIME)
    await row.end(house)

    print(
        "STATE",
        house.asks_for_token,
        house.issues,
        house.online,
        house.is_online,
        house.lost(),
        house.logged(),
    )
    # Back in time.
    ended = house.time.time()
    if row.offline is not None:
        await house.until(lambda: not house.is_online or house.online, row.offline)
    try:
        await house.until(lambda: house.is_online and not house.lost(), row.within)
    except TimeoutError:
        pytest.fail(f"lost: {house.lost()}, online: {house.is_online}")
    took = house.time.time() - ended
    await asyncio.sleep(SETTLE_TIME)

    # What the user has seen.
    if row.offline is None:
        assert house.online == []
        assert house.downs == house.ups == 0
    else:
        gone, now_online = house.online[0]
        assert not now_online
        assert gone - began <= row.offline
        least, most = row.outages
        assert least <= house.downs <= most
        assert house.ups == house.downs
    assert len(house.logged()) == house.ups + house.downs
    assert house.issues == ({row.issue} if row.issue else set())
    assert not house.open_issues
    assert not house.asks_for_token

    # Nothing lost, nothing flooded.
    assert house.is_online
    assert not house.lost()
    assert house.spent <= row.spends
    assert house.proxy.most_open == 1
    print(
        f"TOOK {took:.1f} of {row.within}, SPENT {house.spent} of {row.spends}, OFF {[round(t - began, 1) for t, on in house.online]}, {house.downs}"
    )

    # Nothing left.
    await house.move_out()


async def live(house: House, row: Row) -> None:
    """Let things change in the house, and in the app."""
    for happen in row.live:
        await happen(house)
        await asyncio.sleep(0.3)
