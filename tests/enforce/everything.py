"""Recognize every operation of every service that botocore knows; print those that are taken for
another. Takes about two minutes: `python -m tests.enforce.everything [SERVICE...]`."""

from __future__ import annotations

import sys
from collections import Counter

from remit.enforce.recognize import Unrecognized, recognize
from remit.enforce.services import all_services
from tests.enforce.wire import protocols, sent, service, skeleton


def main(wanted: list[str]) -> None:
    counts: Counter[str] = Counter()
    for one in all_services():
        if wanted and one.name not in wanted:
            continue
        for protocol in protocols(one.name):
            for operation in service(one.name).operation_names:
                counts[_outcome(one.name, one.signing, operation, protocol)] += 1
    print(dict(counts))  # noqa: T201 - a program for people


def _outcome(name: str, signing: str, operation: str, protocol: str) -> str:
    try:
        given = skeleton(service(name).operation_model(operation))
        request = sent(name, operation, given, protocol)
    except (ValueError, TypeError, RecursionError):
        return "not written by botocore"
    try:
        found = recognize(request, signing)
    except Unrecognized as error:
        print(name, operation, protocol, error)  # noqa: T201 - a program for people
        return "not recognized"
    if (found.service, found.operation) == (name, operation):
        return "recognized"
    print(name, operation, protocol, "taken for", found.service, found.operation)  # noqa: T201 - the same
    return "taken for its twin" if found.operation == operation else "taken for another"


if __name__ == "__main__":
    main(sys.argv[1:])
