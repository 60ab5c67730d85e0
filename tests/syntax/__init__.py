"""Tests of the floor `syntax`, one file a source file or a question."""
