"""The whole fault table."""

from typing import Final

from .line import LINE
from .row import Row
from .server import SERVER

TABLE: Final[tuple[Row, ...]] = (*LINE, *SERVER)
