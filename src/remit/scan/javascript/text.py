"""Literals: what a string, a number or a property's name says."""

from __future__ import annotations

from remit.scan.javascript.syntax import Node
from remit.scan.values import Value, code

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def string(node: Node) -> str:
    """The value of a string literal."""
    if node.memo is None:
        parts = [
            escaped(kid.text) if kid.kind == "escape_sequence" else kid.text for kid in node.kids
        ]
        node.memo = "".join(parts)
    found: str = node.memo
    return found


def escaped(sequence: str) -> str:
    """What an escape sequence stands for. Source: ECMAScript, "String Literals"."""
    mark, digits = sequence[1:2], sequence[2:].strip("{}")
    if mark in ("u", "x"):
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            return ""
    if mark in ("\n", "\r"):
        return ""
    return _ESCAPES.get(mark, mark)


def number(node: Node) -> Value:
    """The value of a number literal; a bigint counts as one."""
    text = node.text.replace("_", "").rstrip("n").lower()
    try:
        if text[:2] in ("0x", "0o", "0b"):
            return int(text, 0) if len(text) < 15 else code("a number")
        return int(text) if text.isdigit() and len(text) < 16 else float(text)
    except ValueError:
        return code("a number")


def property_name(node: Node) -> str:
    """The name of a property as an object literal, a class or a pattern writes it."""
    if node.kind == "string":
        return string(node)
    if node.kind == "number":
        value = number(node)
        return str(value) if isinstance(value, int) else node.text
    return node.text
