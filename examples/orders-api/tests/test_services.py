"""Mail, payments, audit and taxes: one call to AWS each."""

import io
import os

import boto3
from chalicelib import names


def test_a_customer_gets_mail():
    from chalicelib import mail

    boto3.client("ses").verify_email_identity(EmailAddress=os.environ["SENDER"])
    mail.confirm({"order_id": "1", "customer": "somebody@example.com"})
    assert boto3.client("ses").get_send_quota()["SentLast24Hours"] == 1


def test_a_payment_is_started(monkeypatch):
    from chalicelib import payments

    boto3.client("ssm").put_parameter(
        Name=names.parameter("payments-url"), Value="https://pay.example", Type="String"
    )
    monkeypatch.setattr(
        payments.urllib.request, "urlopen", lambda *_, **__: io.StringIO('{"a": 1}')
    )
    assert payments.start({"order_id": "1", "total": 5}) == {"a": 1}


def test_a_change_leaves_a_trace(table):
    from chalicelib import audit

    trail = table("audit", "id")
    audit.record("created", "1")
    assert [entry["event"] for entry in trail.scan()["Items"]] == ["created"]


def test_tax_rates_are_read_at_import(table):
    table("settings", "name").put_item(Item={"name": "tax-rates", "rates": {"DE": 1}})
    from chalicelib import taxes

    assert taxes.gross(100, "DE") == 200
