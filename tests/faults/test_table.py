"""Every row of the fault table, as it happens."""

import asyncio

import pytest

from .clouds import CloudKind
from .house import House
from .row import Row
from .table import CASES

STRIKE_TIME = 10.0
"""Seconds within which what happens once must have happened."""
SETTLE_TIME = 70.0
"""Seconds after everything is well in which nothing may spoil it again.

The issue about another client takes a minute of them to go.
"""


@pytest.mark.parametrize(("kind", "row"), CASES, ids=str)
async def test_fault(house: House, kind: CloudKind, row: Row) -> None:
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
        assert house.open_issues <= {row.issue, row.perhaps}
    else:
        await house.until(lambda: house.proxy.plan is None, STRIKE_TIME)
    await row.end(house)
    house.forgotten = row.forgets

    # Back in time.
    if row.offline is not None:
        await house.until(lambda: not house.is_online or house.online, row.offline)
    try:
        await house.until(house.is_well, row.within)
    except TimeoutError:
        pytest.fail(f"{house.lost()}, {house.open_issues}, {house.is_online}")
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
    assert len(house.logged()) == house.ups + house.downs + row.warnings
    assert house.issues - {row.perhaps} == ({row.issue} if row.issue else set())
    assert not house.open_issues
    assert not house.asks_for_token

    # Nothing lost, nothing flooded.
    assert house.is_online
    assert not house.lost()
    assert house.spent <= row.spends
    assert house.proxy.most_open == 1

    # Nothing left.
    await house.move_out()


async def live(house: House, row: Row) -> None:
    """Let things change in the house, and in the app."""
    for happen in row.live:
        await happen(house)
        await asyncio.sleep(0.3)
