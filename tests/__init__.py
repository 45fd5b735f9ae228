"""Tests of Blynk Bridge."""
