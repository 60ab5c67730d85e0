"""Faces that other programs talk to: coding assistants, and (later) AWS's own clients."""
