"""Decides one request against one policy set, exactly as AWS does. Pure; knows no files."""
