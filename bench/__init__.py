"""Benchmarks: ratios against a peer in the same run. Run with `make bench`."""
