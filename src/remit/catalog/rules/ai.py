"""Bedrock, Rekognition, Textract and the other services with models.

Sources: Bedrock User Guide, security_iam_id-based-policy-examples, inference-profiles-prereq
(an inference profile needs the profile and the models behind it) and guardrails-permissions;
Bedrock API reference ("This operation requires permission for the bedrock:InvokeModel action");
Rekognition and Textract API references, S3Object ("the user must have permission to access the S3
object"), and NotificationChannel with the guides' api-video-roles and api-async-roles (PassRole).
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant, pass_role

_PROFILE = "arn:${Partition}:bedrock:${Region}:${Account}:inference-profile/${AnyModel}"
_TYPES = (
    "foundation-model",
    "inference-profile",
    "application-inference-profile",
    "provisioned-model",
    "imported-model",
    "custom-model-deployment",
    "prompt-router",
    "default-prompt-router",
    "bedrock-marketplace-model-endpoint",
)


def _invoke(action: str, model: str = "modelId", guardrail: str = "") -> tuple[Grant, ...]:
    grants = [
        Grant(
            f"bedrock:{action}",
            _TYPES,
            fill={
                "foundation-model.ResourceId": f"{model}|foundation",
                "inference-profile.ResourceId": f"{model}|profile",
                "ResourceId": f"{model}|arnonly",
                "AnyModel": f"{model}|noarn",
            },
            also=(_PROFILE,),
        ),
        # A cross-region profile calls the model in regions that the code does not see.
        Grant(
            f"bedrock:{action}",
            ("foundation-model",),
            arns=("arn:${Partition}:bedrock:${Destination}::foundation-model/${ResourceId}",),
            when=f"{model}|behindprofile",
            fill={"Destination": "!destination_region", "ResourceId": f"{model}|behindprofile"},
        ),
    ]
    if guardrail:
        grants.append(
            Grant(
                "bedrock:ApplyGuardrail",
                ("guardrail",),
                when=guardrail,
                fill={"GuardrailId": guardrail},
            )
        )
    return tuple(grants)


_STREAM = "InvokeModelWithResponseStream"
_RUNTIME = Family(
    rules={
        "Converse": _invoke("InvokeModel", guardrail="guardrailConfig.guardrailIdentifier"),
        "ConverseStream": _invoke(_STREAM, guardrail="guardrailConfig.guardrailIdentifier"),
        "InvokeModel": _invoke("InvokeModel", guardrail="guardrailIdentifier"),
        "InvokeModelWithResponseStream": _invoke(_STREAM, guardrail="guardrailIdentifier"),
        "InvokeModelWithBidirectionalStream": _invoke("InvokeModel"),
        "StartAsyncInvoke": _invoke("InvokeModel"),
        "CountTokens": _invoke("CountTokens")[:1],
    },
    types={"GetAsyncInvoke": ("async-invoke",)},
    fills={"async-invoke.ResourceId": "invocationArn", "GuardrailId": "guardrailIdentifier"},
)
_AGENTS = Family(
    rules={
        "RetrieveAndGenerateStream": (Grant("bedrock:RetrieveAndGenerate"),),
    },
    fills={
        "KnowledgeBaseId": "knowledgeBaseId",
        "FlowId": "flowIdentifier",
        "FlowAliasId": "flowAliasIdentifier",
        "session.SessionId": "sessionIdentifier sessionId",
    },
)
_BUILD = Family(
    unmapped=dict.fromkeys(
        (
            "CreateVpcConfiguration",
            "DeleteVpcConfiguration",
            "GetVpcConfiguration",
            "ListVpcConfigurations",
        ),
        NEWER,
    ),
    every=True,
    fills={"FlowId": "flowIdentifier", "PromptId": "promptIdentifier"},
)
_POLLY = Family(
    unmapped=dict.fromkeys(("ListTagsForResource", "TagResource", "UntagResource"), NEWER),
    fills={"LexiconName": "Name LexiconNames"},
)


def _reads(place: str) -> Grant:
    """The object that a call names is read with the caller's own permission."""
    return Grant(
        "s3:GetObject",
        arns=("arn:${Partition}:s3:::${BucketName}/${ObjectName}",),
        when=f"{place}.S3Object.Bucket",
        fill={
            "BucketName": f"{place}.S3Object.Bucket",
            "ObjectName": f"{place}.S3Object.Name",
        },
    )


_CHANNEL = "NotificationChannel.RoleArn"
_REKOGNITION = Family(
    always=(
        *map(_reads, ("Image", "SourceImage", "TargetImage", "Video")),
        pass_role(_CHANNEL, "rekognition.amazonaws.com"),
    )
)
_TEXTRACT = Family(
    always=(
        *map(_reads, ("Document", "DocumentLocation")),
        pass_role(_CHANNEL, "textract.amazonaws.com"),
    )
)

FAMILIES = {
    "bedrock-agent": _BUILD,
    "bedrock-agent-runtime": _AGENTS,
    "bedrock-runtime": _RUNTIME,
    "polly": _POLLY,
    "rekognition": _REKOGNITION,
    "textract": _TEXTRACT,
}
