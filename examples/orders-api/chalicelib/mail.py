"""Mail to customers, through SES."""

import os
from functools import lru_cache

import boto3


@lru_cache(maxsize=1)
def _ses():
    return boto3.client("ses")


def confirm(order):
    _ses().send_email(
        Source=os.environ["SENDER"],
        Destination={"ToAddresses": [order["customer"]]},
        Message={
            "Subject": {"Data": "We have your order"},
            "Body": {"Text": {"Data": f"Your order {order['order_id']} is on its way."}},
        },
    )
