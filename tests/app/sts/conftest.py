"""These tests need the extra `serve`."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("signxml") and find_spec("jwt") else ["test_*.py"]
