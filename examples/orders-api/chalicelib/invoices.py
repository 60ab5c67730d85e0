"""Invoices in S3."""

import json


class Invoices:
    """One object for each order, below `invoices/`."""

    def __init__(self, s3, bucket):
        self._s3 = s3
        self._bucket = bucket

    def store(self, order):
        body = json.dumps(order, default=str).encode()
        self._s3.put_object(Bucket=self._bucket, Key=_key(order["order_id"]), Body=body)

    def link(self, order_id):
        target = {"Bucket": self._bucket, "Key": _key(order_id)}
        return self._s3.generate_presigned_url("get_object", Params=target, ExpiresIn=300)

    def delete(self, order_id):
        self._s3.delete_object(Bucket=self._bucket, Key=_key(order_id))


def _key(order_id):
    return f"invoices/{order_id}"
