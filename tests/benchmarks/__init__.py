"""Tests of what the benchmarks are made of; what they measure is nobody's test."""
