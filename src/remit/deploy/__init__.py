"""Readers of deployment frameworks: stages, functions, roles and their policies."""

from remit.deploy.locate import Found, NoProject, choose, find, reader

__all__ = ["Found", "NoProject", "choose", "find", "reader"]
