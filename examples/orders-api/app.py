"""The orders API: take orders, keep invoices, mail confirmations."""

import json
import uuid

import boto3
from chalice import Chalice, NotFoundError, Response
from chalicelib import audit, mail, names, payments, taxes
from chalicelib.invoices import Invoices
from chalicelib.orders import OrderRepository

app = Chalice(app_name="orders-api")

dynamodb = boto3.resource("dynamodb")
orders = OrderRepository(dynamodb.Table(names.table("orders")))
invoices = Invoices(boto3.client("s3"), names.bucket("invoices"))


@app.route("/orders")
def list_orders():
    return {"orders": orders.latest()}


@app.route("/orders", methods=["POST"])
def create_order():
    body = app.current_request.json_body
    order = {
        "order_id": str(uuid.uuid4()),
        "customer": body["customer"],
        "total": taxes.gross(body["net"], body["country"]),
        "status": "open",
    }
    orders.add(order)
    invoices.store(order)
    mail.confirm(order)
    audit.record("created", order["order_id"])
    return order


@app.route("/orders/{order_id}")
def get_order(order_id):
    return _existing(order_id)


@app.route("/orders/{order_id}", methods=["DELETE"])
def delete_order(order_id):
    _existing(order_id)
    invoices.delete(order_id)
    orders.delete(order_id)
    audit.record("deleted", order_id)
    return Response(body=None, status_code=204)


@app.route("/orders/{order_id}/status", methods=["PUT"])
def set_status(order_id):
    try:
        orders.set_status(order_id, app.current_request.json_body["status"])
    except Exception as error:
        return {"statusCode": 500, "body": json.dumps({"error": str(error)})}
    return {"order_id": order_id}


@app.route("/orders/{order_id}/invoice")
def get_invoice(order_id):
    return Response(body=None, status_code=302, headers={"Location": invoices.link(order_id)})


@app.route("/orders/{order_id}/payment", methods=["POST"])
def start_payment(order_id):
    return payments.start(_existing(order_id))


@app.route("/exports/{name}")
def get_export(name):
    table = dynamodb.Table(names.table(f"export-{name}"))
    return {"rows": table.scan(Limit=500)["Items"]}


def _existing(order_id):
    order = orders.get(order_id)
    if order is None:
        raise NotFoundError(order_id)
    return order
