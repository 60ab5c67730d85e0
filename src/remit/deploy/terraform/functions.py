"""Terraform's functions by name; one that is in no table gives a symbol.

Strings and numbers are computed on plain data (strings.py), everything else on values that keep
their places. Nothing that depends on time, chance or the machine is computed.
Source: Terraform language, functions/*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.core.text import Text
from remit.deploy.terraform import collection_functions, file_functions, text_functions
from remit.deploy.terraform.shaped import Context, Shaped
from remit.deploy.terraform.strings import PLAIN, NotComputed
from remit.deploy.terraform.values import Fault, Value, of_text, plain, wrapped

_SHAPED: Mapping[str, Shaped] = {
    **collection_functions.TABLE,
    **text_functions.TABLE,
    **file_functions.TABLE,
}


def call(name: str, arguments: Sequence[Value], context: Context) -> Value | None:
    """The value of a call, None when the function is not computed. Raises Fault and Open."""
    name = name.removeprefix("core::")
    try:
        if name in _SHAPED:
            return _SHAPED[name](arguments, context)
        if name in PLAIN:
            found = PLAIN[name](*[plain(argument) for argument in arguments])
            return (
                of_text(Text.of(found), context.span)
                if isinstance(found, str)
                else wrapped(found, context.span)
            )
    except NotComputed:
        return None
    except (ValueError, TypeError, IndexError, KeyError, ArithmeticError, AttributeError) as error:
        if isinstance(error, TypeError | AttributeError | IndexError):
            raise Fault(context.span, f"`{name}` is not called with what it takes") from None
        raise Fault(context.span, f"`{name}`: {error}") from None
    return None
