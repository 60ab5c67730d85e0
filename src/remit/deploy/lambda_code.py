"""A Lambda function's code: from runtime and handler to where it starts.

Source: AWS Lambda Developer Guide, lambda-runtimes (identifiers), python-handler and
nodejs-handler ("file.function", folders written with slashes or, in Python, with dots).
"""

from __future__ import annotations

import posixpath

from remit.deploy.model import Code

_LANGUAGES = {"python": "python", "nodejs": "javascript"}
_OTHERS = ("java", "dotnet", "go", "ruby", "provided")


def language(runtime: str) -> str | None:
    """`python` or `javascript`, None for a runtime whose code remit does not read."""
    return next((name for key, name in _LANGUAGES.items() if runtime.startswith(key)), None)


def code(
    runtime: str,
    handler: str,
    roots: tuple[str, ...],
    inline: tuple[tuple[str, bytes], ...] = (),
) -> Code | str:
    """The code of a function, or why it can't be read, as the end of a sentence.

    `runtime` is AWS's identifier (`python3.12`), `handler` the function's setting
    (`src/app.handler`), `roots` the folder of its package and those of its layers.
    """
    spoken = language(runtime)
    if spoken is None:
        named = next((name for name in _OTHERS if runtime.startswith(name)), "")
        return f"its runtime is `{runtime}`" if named or runtime else "its runtime is not known"
    module, _, name = handler.rpartition(".")
    if not module or not name:
        return f"its handler `{handler}` is not of the form `file.function`"
    if spoken == "python":
        module = module.replace(".", "/")
    return Code(spoken, roots, posixpath.normpath(module), name, inline)
