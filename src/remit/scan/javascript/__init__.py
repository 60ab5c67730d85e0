"""JavaScript and TypeScript: from an exported handler to the AWS calls that it makes.

`scan` runs one function's code for one stage; `Library` holds the parsed files, which all
functions and stages share. Nothing here is imported before a project has such a function.
"""

from remit.scan.javascript.library import Library
from remit.scan.javascript.scan import scan

__all__ = ["Library", "scan"]
