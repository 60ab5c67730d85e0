import pytest
from chalicelib.orders import OrderRepository


@pytest.fixture
def orders(table):
    orders = OrderRepository(table("orders", "order_id"))
    orders.add({"order_id": "1", "status": "open"})
    return orders


def test_an_order_is_found_again(orders):
    assert orders.get("1")["status"] == "open"
    assert orders.get("2") is None


def test_latest(orders):
    assert [order["order_id"] for order in orders.latest()] == ["1"]


def test_set_status(orders):
    orders.set_status("1", "paid")
    assert orders.get("1")["status"] == "paid"


def test_delete(orders):
    orders.delete("1")
    assert orders.latest() == []
