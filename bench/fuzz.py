"""`python -m bench.fuzz --seconds N [--target NAME]`: bytes that change until something breaks.

Drives the targets of `tests/fuzz` with atheris, which follows what the bytes reach in remit. It
goes on when something breaks, keeps one input for each place that broke, and ends with 1. With
`--keep`, small inputs that reach what all reached replace `tests/fuzz/corpus/NAME.jsonl`.

atheris is not among remit's tools (it is built for few platforms): `pip install atheris` first.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from bench.fuzz_seeds import SEEDS, dictionary

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests/fuzz/corpus"
LONGEST = {"batch": 16_384, "document": 8_192, "message": 4_096}
"""Bytes of an input; of the others, choices are made, and 512 are enough."""
_SLOWEST = 10  # seconds for one input: more is a finding
_KEPT = 45_000  # bytes of one file of the corpus
_SOURCE = str(ROOT / "src/remit")
Step: TypeAlias = tuple[str, int, int]


def main(arguments: Sequence[str]) -> int:
    """Fuzz each target in a process of its own, for its share of the time."""
    asked = _asked(arguments)
    if asked.inside:
        return _inside(asked.inside, Path(asked.work), asked.options)
    if importlib.util.find_spec("atheris") is None:
        print("skipped: atheris is not installed (`pip install atheris`)")
        return 0
    targets = asked.target or list(SEEDS)
    work = Path(asked.work or tempfile.mkdtemp(prefix="remit-fuzz-"))
    print(f"seeds, inputs and findings: {work}")
    found = 0
    for name in targets:
        found += _fuzz(name, work / name, asked.seconds // len(targets))
        if asked.keep:
            _keep(name, work / name)
    return min(found, 1)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="of all targets together")
    parser.add_argument("--target", action="append", choices=SEEDS, help="default: all")
    parser.add_argument("--work", help="where to keep inputs; default: a new folder")
    parser.add_argument("--keep", action="store_true", help="replace the corpus in tests/fuzz")
    parser.add_argument("--inside", choices=SEEDS, help=argparse.SUPPRESS)
    parser.add_argument("options", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _fuzz(name: str, work: Path, seconds: int) -> int:
    """Run one target; returns the number of findings."""
    inputs = work / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    (work / "found").mkdir(exist_ok=True)
    for seed in SEEDS[name]():
        (inputs / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    (work / "words").write_text(dictionary(), encoding="ascii")
    said = _run(
        name, work,
        f"-max_total_time={seconds}", f"-max_len={LONGEST.get(name, 512)}",
        f"-timeout={_SLOWEST}", f"-dict={work / 'words'}", f"-artifact_prefix={work}/found/",
        "-print_final_stats=1", str(inputs),
    )  # fmt: skip
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    found = sorted((work / "found").iterdir())
    count = int(runs[1]) if runs else 0
    print(f"{name}: {count:,} executions in {seconds} s, {len(found)} findings", flush=True)
    for path in found:
        print(f"  {path}")
    return len(found)


def _keep(name: str, work: Path) -> None:
    """Write small inputs that together reach what all reach, as a file of the corpus."""
    target = importlib.import_module("tests.fuzz.targets").TARGETS[name]
    reached: set[Step] = set()
    lines, size = [], 0
    for data in sorted((path.read_bytes() for path in (work / "inputs").iterdir()), key=len):
        steps = _steps(target, data)
        line = json.dumps(data.decode("latin-1")) + "\n"
        if steps <= reached or size + len(line) > _KEPT:
            continue
        reached |= steps
        size += len(line)
        lines.append(line)
    (CORPUS / f"{name}.jsonl").write_text("".join(lines), encoding="ascii")
    print(f"{name}: {len(lines)} inputs kept")


def _steps(target: Callable[[bytes], None], data: bytes) -> set[Step]:
    """The steps from line to line of remit's code that the target takes."""
    found: set[Step] = set()

    def watch(frame: FrameType, event: str, _: object) -> Any:
        file, before = frame.f_code.co_filename, frame.f_lineno
        if _SOURCE not in file:
            return None

        def follow(frame: FrameType, event: str, _: object) -> Any:
            nonlocal before
            found.add((file, before, frame.f_lineno))
            before = frame.f_lineno
            return follow

        return follow

    sys.settrace(watch)
    try:
        target(data)
    except Exception as error:
        print(f"  an input that breaks something is not kept: {error!r:.100}")
        found.clear()
    finally:
        sys.settrace(None)
    return found


def _run(name: str, work: Path, *options: str) -> str:
    """What the fuzzer says in a process of its own: it ends its process when it ends."""
    command = [sys.executable, "-m", "bench.fuzz", "--inside", name, "--work", str(work), "--"]
    process = subprocess.run([*command, *options], stderr=subprocess.PIPE, cwd=ROOT, check=False)
    said = process.stderr.decode("utf-8", "replace")
    (work / "log").write_text(said, encoding="utf-8")
    return said


def _inside(name: str, work: Path, options: Sequence[str]) -> int:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["remit"]):
        # Imported here because only what is imported in this block is followed.
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    atheris.Setup([sys.argv[0], *options], _going_on(targets[name], work / "found"))
    atheris.Fuzz()
    return 0


def _going_on(target: Callable[[bytes], None], found: Path) -> Callable[[bytes], None]:
    """The target, but it writes down what breaks, once for each place, and goes on."""
    seen: set[str] = set()

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            place = "".join(traceback.format_tb(error.__traceback__)[-1:])
            mark = hashlib.sha256(f"{type(error)}{place}".encode()).hexdigest()[:12]
            if mark not in seen:
                seen.add(mark)
                (found / mark).write_bytes(data)
                said = "".join(traceback.format_exception(error))
                print(f"{mark}: {said.encode('ascii', 'backslashreplace').decode()}", flush=True)

    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
