"""The whole fault table, and which cloud each row is tried on."""

from itertools import cycle
from typing import Final

from .clouds import BROKERS, SIMULATOR, WEB_BROKERS, CloudKind
from .line import LINE, ONCE
from .row import Row
from .server import SERVER

TABLE: Final[tuple[Row, ...]] = (*LINE, *SERVER)

CASES: Final[tuple[tuple[CloudKind, Row], ...]] = (
    *((SIMULATOR, row) for row in TABLE),
    # What befalls the line does so whatever is behind it.
    *zip(cycle(BROKERS), LINE, strict=False),
    *zip(cycle(WEB_BROKERS), ONCE[::5], strict=False),
)
