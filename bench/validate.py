"""`python -m bench validate`: how long 1,000 documents take in one process.

Documents: the AWS managed policies (moto's package data), which are larger than most people's:
2.5 kB each on average. Peer: `json.loads` of the same files, the least that any reader does.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

from bench.measure import machine

MANY = 1_000
GOAL = 2.0
REMIT = ["-c", "from remit.cli.main import entry; entry()", "validate", "--type", "identity"]
PARSE = """\
import json, pathlib, sys
for name in sys.argv[1:]:
    json.loads(pathlib.Path(name).read_bytes())
"""


def main() -> int:
    """Measure, print three rows."""
    with machine() as here, tempfile.TemporaryDirectory() as folder:
        files = _documents(Path(folder))
        size = sum(Path(name).stat().st_size for name in files) / 1e6
        print(f"{len(files):,} documents, {size:.1f} MB")
        wall = {}
        for name, options in {
            "text": [],
            "json": ["--format", "json"],
            "least": ["--least-privilege"],
        }.items():
            cost = here.typical([*REMIT, *options, *files], 5, (1,))
            wall[name] = cost
            verdict = "met" if cost.wall <= GOAL else f"missed: {GOAL:g} s"
            print(
                f"remit validate ({name}): {cost.wall:.2f} s wall, best {cost.best:.2f}", end=", "
            )
            print(f"{cost.cpu:.2f} s CPU, {cost.memory:.0f} MB  {verdict}")
        peer = here.typical(["-c", PARSE, *files], 5)
        ratio = wall["text"].cpu / peer.cpu
        print(f"json.loads of the same: {peer.cpu:.2f} s CPU; remit takes {ratio:.0f} times that")
    return 0


def _documents(folder: Path) -> list[str]:
    policies = json.loads(aws_managed_policies_data)
    made = []
    for name in sorted(policies)[:MANY]:
        file = folder / f"{name}.json"
        file.write_text(json.dumps(policies[name]["Document"], indent=1), "utf-8")
        made.append(str(file))
    return made
