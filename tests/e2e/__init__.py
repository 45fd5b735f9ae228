"""Tests of the demo and of what a user sees."""
