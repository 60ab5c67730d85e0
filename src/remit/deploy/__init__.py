"""Readers of deployment frameworks: stages, functions, roles and their policies."""
