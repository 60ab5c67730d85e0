"""Small Chalice projects on disk, checked by the real command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

CONFIG, POLICY, APP = ".chalice/config.json", ".chalice/policy-dev.json", "app.py"
HEAD = "import boto3, os\nfrom chalice import Chalice\napp = Chalice(app_name='demo')\n"
CALL = "boto3.client('s3').delete_object(Bucket='b', Key='k')"
"""The one call of most projects: their policy does not grant it, so it must be found."""
DENIED = "`s3:DeleteObject` on `arn:aws:s3:::b/k` is denied"

Files = Mapping[str, str | bytes | None]


def view(*lines: str, head: str = "") -> str:
    """`app.py` with one route that does `lines`."""
    body = "".join(f"    {line}\n" for text in lines for line in text.split("\n"))
    return f"{HEAD}{head}@app.route('/')\ndef v():\n{body}"


BASE: Files = {
    CONFIG: json.dumps(
        {
            "version": "2.0",
            "app_name": "demo",
            "autogen_policy": False,
            "stages": {"dev": {"iam_policy_file": "policy-dev.json"}},
        }
    ),
    POLICY: json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": "arn:aws:logs:*:*:*",
                }
            ],
        }
    ),
    APP: view(CALL),
}


def write(root: Path, files: Files) -> Path:
    """Write the base project with `files` over it; None leaves a file out."""
    for name, content in {**BASE, **files}.items():
        if content is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """Everything below `root` with size and time of change."""
    return {
        str(path): (found.st_size, found.st_mtime_ns)
        for path in sorted(root.rglob("*"))
        for found in [path.lstat()]
    }
