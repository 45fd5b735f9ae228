"""Tests of the checks that stand in for hassfest and the HACS action."""
