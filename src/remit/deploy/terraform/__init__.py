"""Terraform: `.tf` sources and plans to stages, functions and roles."""

from remit.deploy.terraform.reader import read as read

__all__ = ["read"]
