"""Readers of deployment frameworks: stages, functions, roles and their policies."""

from remit.deploy.locate import NoProject, find

__all__ = ["NoProject", "find"]
