"""Tax rates: read once, when the function starts."""

from decimal import Decimal

import boto3

from chalicelib import names

_settings = boto3.resource("dynamodb").Table(names.table("settings"))
RATES = _settings.get_item(Key={"name": "tax-rates"})["Item"]["rates"]


def gross(net, country):
    return Decimal(str(net)) * (1 + RATES.get(country, Decimal(0)))
