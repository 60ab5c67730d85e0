"""Firehose to its bucket, Secrets Manager to a function, Parameter Store to Secrets Manager.

Sources: Firehose Developer Guide, controlling-access (the destination's role, whose trust policy
may ask for the account as sts:ExternalId; PutRecord succeeds whatever becomes of the delivery);
Secrets Manager User Guide, rotating-secrets-required-permissions-function (the function's policy
names secretsmanager.amazonaws.com, with aws:SourceAccount) and troubleshoot_rotation; Systems
Manager User Guide, integration-ps-secretsmanager (who reads a secret as a parameter needs the
permission for both).
"""

from __future__ import annotations

from typing import Any

from remit.app.between import Delivery
from remit.app.permit import Asked
from remit.server.between.seams import Function, Seam
from remit.server.between.sending import Sending

_CANNOT_INVOKE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy"
    " grants access to the principal secretsmanager.amazonaws.com."
)


def _put_objects(
    now: Sending,
    moto: Function,
    backend: Any,
    delivery_stream_name: str,
    version_id: str,
    s3_destination: Any,
    records: Any,
) -> Any:
    key = backend._format_s3_object_path(
        delivery_stream_name, version_id, s3_destination.get("Prefix", "")
    )
    account, region = backend.account_id, backend.region_name
    delivery = Delivery(
        ("firehose.amazonaws.com",),
        account,
        region,
        (Asked("s3:PutObject", f"{s3_destination['BucketARN']}/{key}"),),
        f"arn:aws:firehose:{region}:{account}:deliverystream/{delivery_stream_name}",
        str(s3_destination.get("RoleARN") or ""),
        delivery_stream_name,
        keys={"sts:ExternalId": account},
    )
    if now.permits(delivery):
        return moto(backend, delivery_stream_name, version_id, s3_destination, records)
    from moto.moto_api._internal import mock_random

    return [{"RecordId": str(mock_random.uuid4())} for _ in records]


def _rotate(
    now: Sending, moto: Function, backend: Any, secret_id: str, *args: Any, **more: Any
) -> Any:
    held = backend.secrets.get(secret_id) if backend._is_valid_identifier(secret_id) else None
    named = args[1] if len(args) > 1 else more.get("rotation_lambda_arn")
    function = named or getattr(held, "rotation_lambda_arn", "")
    if held is not None and function:
        delivery = Delivery(
            ("secretsmanager.amazonaws.com",),
            backend.account_id,
            backend.region_name,
            (Asked("lambda:InvokeFunction", function),),
        )
        if not now.permits(delivery):
            raise _refused(_CANNOT_INVOKE)
    return moto(backend, secret_id, *args, **more)


def _refused(text: str) -> Exception:
    from moto.secretsmanager.exceptions import SecretsManagerClientError

    return SecretsManagerClientError("AccessDeniedException", text)


def _as_parameter(now: Sending, moto: Function, held: Any, secret_name: str) -> Any:
    """A secret under the name of a parameter, with the caller's own rights."""
    found = moto(held, secret_name)
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[held.account_id][held.region_name].secrets
    arn = secrets[secret_name].arn
    delivery = Delivery(
        ("ssm.amazonaws.com",),
        held.account_id,
        held.region_name,
        (Asked("secretsmanager:GetSecretValue", arn),),
        caller=now.caller,
        keys={"aws:SourceIp": now.request.source},
    )
    denied = now.denial(delivery)
    if denied is not None:
        from moto.core.exceptions import JsonRESTError

        raise JsonRESTError("AccessDeniedException", denied.why)
    return found


SEAMS = (
    Seam(
        "moto.ssm.models",
        "ParameterDict._get_secretsmanager_parameter",
        ("self", "secret_name"),
        _as_parameter,
    ),
    Seam(
        "moto.firehose.models",
        "FirehoseBackend.put_s3_records",
        ("self", "delivery_stream_name", "version_id", "s3_destination", "records"),
        _put_objects,
    ),
    Seam(
        "moto.secretsmanager.models",
        "SecretsManagerBackend.rotate_secret",
        (
            "self",
            "secret_id",
            "client_request_token",
            "rotation_lambda_arn",
            "rotation_rules",
            "rotate_immediately",
        ),
        _rotate,
    ),
)
