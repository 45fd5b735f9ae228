"""Registers the profiles before they are asked for."""

from .effort import THOROUGH

__all__ = ["THOROUGH"]
