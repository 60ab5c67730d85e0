"""Needs to the smallest policy: pure, from values to values."""
