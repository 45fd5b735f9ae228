"""Tests of the device protocol, which knows nothing of Home Assistant."""
