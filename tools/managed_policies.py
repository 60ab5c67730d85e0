"""Write `src/remit/catalog/data/managed_policies.zip` from the installed moto (dev dependency).

    python tools/managed_policies.py

The documents are AWS's; moto's list of them is made by calls to IAM. The same moto gives the same
bytes. What the archive holds is described in `src/remit/catalog/managed.py`.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from moto.iam.aws_managed_policies import aws_managed_policies_data

from remit.catalog.managed import DATA

_BLOCK = 32  # documents: small enough to read one in 3 ms, large enough to compress well
_EPOCH = (1980, 1, 1, 0, 0, 0)


def members(policies: dict[str, Any], origin: str) -> dict[str, Any]:
    """The archive's members by path."""
    names = sorted(policies)
    index = {
        name: (policies[name]["Path"], policies[name]["DefaultVersionId"], place // _BLOCK)
        for place, name in enumerate(names)
    }
    newest = max(one["UpdateDate"] for one in policies.values())
    made: dict[str, Any] = {
        "index.json": {"origin": origin, "newest": newest, "policies": index},
    }
    for start in range(0, len(names), _BLOCK):
        documents = {name: policies[name]["Document"] for name in names[start : start + _BLOCK]}
        made[f"blocks/{start // _BLOCK}.json"] = documents
    return made


def main() -> None:
    """Write the archive."""
    policies = json.loads(aws_managed_policies_data)
    DATA.parent.mkdir(exist_ok=True)
    with ZipFile(DATA, "w", ZIP_DEFLATED, compresslevel=9) as data:
        for path, content in members(policies, f"moto {version('moto')}").items():
            text = json.dumps(content, separators=(",", ":"))
            info = ZipInfo(path, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            data.writestr(info, text, compresslevel=9)
    print(f"{DATA}: {len(policies)} policies, {DATA.stat().st_size} bytes")


if __name__ == "__main__":
    main()
