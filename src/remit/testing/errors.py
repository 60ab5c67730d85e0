"""The exception that boto3 raises where AWS denies a call.

Code and status are those of `remit serve` (enforce/denials.py), the sentence is AWS's
(explain/wording.py): only the exception is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from remit.core.decision import Layer
from remit.core.request import Request
from remit.enforce import denials
from remit.explain.wording import Cause, denial, policy_type
from remit.testing.record import Judged, Verdict

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.exceptions import ClientError
    from botocore.model import OperationModel

# An answer to HEAD has no body: S3 API Reference, API_HeadObject ("a generic 403 Forbidden").
_HEAD = ("403", "Forbidden", 403)


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
    protocol = model.service_model.resolved_protocol  # of several, the one that botocore speaks
    speech = denials.Speech(client.meta.service_model.service_name, protocol)
    found = denials.denied(speech, sentence(principal, denied))
    return found.code, found.message, found.status


def sentence(principal: str, denied: Judged) -> str:
    """AWS's sentence for a denied need, with the clause that names the cause."""
    layer = denied.layer or Layer.IDENTITY
    cause = Cause(policy_type(layer, denied.action), denied.needed.judgement.explicit)
    return denial(Request(principal, denied.action, denied.resource), cause)
