"""boto3 as pure values: what its objects do when code uses them, and which AWS calls that makes.

Knows nothing of Python code: an interpreter holds the objects as opaque values and asks.
"""

from remit.scan.sdk.arguments import as_param
from remit.scan.sdk.face import attribute, call, enter, iterate, subscript, truth
from remit.scan.sdk.modules import module_attribute
from remit.scan.sdk.objects import (
    Arguments,
    BatchWriter,
    Bound,
    Client,
    Collection,
    Connection,
    Factory,
    Inert,
    Many,
    Module,
    Outcome,
    Resource,
    Response,
    SdkCall,
    SdkObject,
    Session,
    Value,
)

__all__ = [
    "Arguments",
    "BatchWriter",
    "Bound",
    "Client",
    "Collection",
    "Connection",
    "Factory",
    "Inert",
    "Many",
    "Module",
    "Outcome",
    "Resource",
    "Response",
    "SdkCall",
    "SdkObject",
    "Session",
    "Value",
    "as_param",
    "attribute",
    "call",
    "enter",
    "iterate",
    "module_attribute",
    "subscript",
    "truth",
]
