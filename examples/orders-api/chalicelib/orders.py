"""Orders in DynamoDB."""


class OrderRepository:
    """Reads and writes orders. The table is injected, so tests can pass a fake."""

    def __init__(self, table):
        self._table = table

    def latest(self):
        return self._table.scan(Limit=50)["Items"]

    def get(self, order_id):
        return self._table.get_item(Key={"order_id": order_id}).get("Item")

    def add(self, order):
        self._table.put_item(Item=order)

    def set_status(self, order_id, status):
        self._table.update_item(
            Key={"order_id": order_id},
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": status},
        )

    def delete(self, order_id):
        self._table.delete_item(Key={"order_id": order_id})
