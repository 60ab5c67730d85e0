"""What our resources are called: one set for each stage."""

import os

STAGE = os.environ["STAGE"]


def table(kind):
    return f"shop-{kind}-{STAGE}"


def bucket(kind):
    return f"shop-{kind}-{STAGE}"


def parameter(name):
    return f"/orders-api/{STAGE}/{name}"
