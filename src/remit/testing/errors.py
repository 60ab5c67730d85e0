"""The error that boto3 raises where AWS denies a call.

What may live here: which code and status which service answers with, where its wording differs
from AWS's common sentence (explain/wording.py), and the exception made of them.

Rules: facts/iam.md 6.1 to 6.3 (IAM User Guide, troubleshoot_access-denied; EC2 API Reference,
errors-overview). Statuses of JSON services other than SSM and KMS are UNCONFIRMED there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from remit.core.decision import Layer
from remit.core.request import Request
from remit.explain.wording import Cause, denial, policy_type
from remit.testing.record import Judged, Verdict

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError
    from botocore.model import OperationModel

_BY_PROTOCOL: Mapping[str, tuple[str, int]] = {
    "query": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "rest-xml": ("AccessDenied", 403),
    "rest-json": ("AccessDeniedException", 403),
    "json": ("AccessDeniedException", 400),
    "smithy-rpc-v2-cbor": ("AccessDeniedException", 400),
}
# Services that moved from the query protocol to JSON and still answer with its codes.
_COMPATIBLE = ("AccessDenied", 403)
# The model's own error for it: Amazon SNS API Reference, CommonErrors of every operation.
_BY_SERVICE: Mapping[str, tuple[str, int]] = {"sns": ("AuthorizationError", 403)}
# An answer to HEAD has no body: S3 API Reference, API_HeadObject ("a generic 403 Forbidden").
_HEAD = ("403", "Forbidden", 403)

# How services spell an action in the sentence, where not as the reference does. As seen in public
# reports of errors: aws/serverless-application-model#3633,
# aws-ia/terraform-aws-control_tower_account_factory#151.
_SPELLED: Mapping[str, Callable[[str], str]] = {
    "sqs": str.lower,
    "sns": lambda action: "SNS" + action.removeprefix("sns"),
}


def refusal(
    client: BaseClient, operation: str, principal: str, judged: tuple[Judged, ...]
) -> ClientError:
    """The error for the first denied need of a call, of the class that its code is modelled by."""
    denied = next(one for one in judged if one.verdict is Verdict.DENIED)
    model = client.meta.service_model.operation_model(operation)
    code, message, status = _answer(client, model, principal, denied)
    request_id = str(uuid4())
    parsed: dict[str, Any] = {
        "Error": {"Message": message, "Code": code},
        "ResponseMetadata": {
            "RequestId": request_id,
            "HTTPStatusCode": status,
            "HTTPHeaders": {"x-amzn-requestid": request_id},
            "RetryAttempts": 0,
        },
    }
    # The stubs take error codes for numbers, and shapes for bare ones.
    shape: Any = cast("Any", model.service_model).shape_for_error_code(code)
    for name in shape.members if shape is not None else ():
        if name.lower() == "message":  # modelled errors bear their members, too
            parsed[name] = message
    raised: type[ClientError] = cast("Any", client.exceptions).from_code(code)
    return raised(parsed, operation)  # type: ignore[arg-type]  # the stubs ask for every header


def _answer(
    client: BaseClient, model: OperationModel, principal: str, denied: Judged
) -> tuple[str, str, int]:
    if model.http.get("method") == "HEAD":
        return _HEAD
    metadata = model.service_model.metadata
    service = client.meta.service_model.service_name
    code, status = _BY_SERVICE.get(service) or _BY_PROTOCOL.get(
        metadata["protocol"], _BY_PROTOCOL["rest-json"]
    )
    if "awsQueryCompatible" in metadata:
        code, status = _COMPATIBLE
    return code, sentence(principal, denied), status


def sentence(principal: str, denied: Judged) -> str:
    """AWS's sentence for a denied need, with the clause that names the cause."""
    service = denied.action.partition(":")[0]
    spelled = _SPELLED.get(service, str)(denied.action)
    request = Request(principal, spelled, denied.resource)
    if service == "ses" and denied.resource != "*":
        # Seen so for SES, in quotes of its own and without a clause: dwyl/aws-ses-lambda#10.
        return (
            f"User `{principal}' is not authorized to perform `{denied.action}' "
            f"on resource `{denied.resource}'"
        )
    layer = denied.layer or Layer.IDENTITY
    cause = Cause(policy_type(layer, denied.action), denied.needed.judgement.explicit)
    return denial(replace(request, action=spelled), cause)
