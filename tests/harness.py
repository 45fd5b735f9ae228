"""Loaded before all other plugins: fits the test package to newer Home Assistants.

pytest-homeassistant-custom-component is made for the one version that it pins.
"""

from importlib import import_module

# First of all: from 2026.11 on it replaces httpx, which another plugin imports.
import_module("homeassistant")
logger = import_module("homeassistant.components.logger")
if not hasattr(logger, "_clear_logger_overwrites"):
    vars(logger)["_clear_logger_overwrites"] = import_module(
        "homeassistant.components.logger.helpers"
    )._clear_logger_overwrites
