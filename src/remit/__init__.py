"""remit: who may do what on AWS."""

__version__ = "0.1.0"
