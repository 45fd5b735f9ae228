"""The whole fault table."""

from typing import Final

from .line import LINE
from .row import Row

TABLE: Final[tuple[Row, ...]] = (*LINE,)
