"""Adapters: files on disk."""
