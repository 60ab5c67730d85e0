"""SES, both versions.

What AWS checks is the verified identity: the sender's address or its domain (or a parent of it),
so a need lists them as alternatives. A configuration set is checked as a second resource, and so
is a template. Sources: SES Developer Guide, control-user-access and verify-domain-procedure;
Service Authorization Reference, list_amazonses; AWS's refusals to SESv2 SendEmail with raw
content name `ses:SendRawEmail`, and to SendTemplatedEmail the template.
"""

from __future__ import annotations

from remit.catalog.rules.model import Family, Grant

_IDENTITY = "arn:${Partition}:ses:${Region}:${Account}:identity/"


def _send(
    action: str,
    senders: tuple[str, ...],
    template: str = "",
    unless: str = "",
    when: str = "",
    unknown: str = "",
) -> tuple[Grant, ...]:
    """Sending: the identity of the sender, the template, the configuration set."""
    address = " ".join([*(f"{sender}|address" for sender in senders), unknown]).strip()
    domains = " ".join(f"{sender}|domains" for sender in senders)
    found = [
        Grant(
            action,
            ("identity",),
            arns=(_IDENTITY + "${IdentityName}",),
            also=(_IDENTITY + "${Domain}",),
            when=when,
            unless=unless,
            fill={"IdentityName": address, "Domain": domains},
            context={"ses:FromAddress": f"{senders[-1]}|address"},
        )
    ]
    if template:
        found.append(
            Grant(
                action,
                ("template",),
                when=template,
                unless=unless,
                sure=True,
                fill={"TemplateName": template},
            )
        )
    found.append(
        Grant(
            action,
            ("configuration-set",),
            when=f"{when}&ConfigurationSetName" if when else "ConfigurationSetName",
            unless=unless,
            fill={"ConfigurationSetName": "ConfigurationSetName"},
        )
    )
    return tuple(found)


_V1 = ("SourceArn", "Source")
_V2 = ("FromEmailAddressIdentityArn", "FromEmailAddress")
_FILLS = {
    "ConfigurationSetName": "ConfigurationSetName ConfigurationSet.Name",
    "template.TemplateName": "TemplateName Template.TemplateName Template",
    "identity.IdentityName": "EmailIdentity Identity FromEmailAddress FromAddress|address",
    "DedicatedIPPool": "PoolName DestinationPoolName",
    "tenant.TenantId": "!tenant_id",
    "ExportJobId": "JobId",
    "ImportJobId": "JobId",
}
_VERIFICATION = Grant("ses:SendCustomVerificationEmail", ("custom-verification-email-template",))

_SES = Family(
    rules={
        "SendEmail": _send("ses:SendEmail", _V1),
        # Without Source the sender stands in the message's own From header.
        "SendRawEmail": _send(
            "ses:SendRawEmail",
            ("FromArn", "SourceArn", "Source"),
            unknown="!sender_in_the_raw_message",
        ),
        "SendTemplatedEmail": _send("ses:SendTemplatedEmail", _V1, "Template"),
        "SendBulkTemplatedEmail": _send("ses:SendBulkTemplatedEmail", _V1, "Template"),
        "SendCustomVerificationEmail": (_VERIFICATION,),
    },
    fills=_FILLS,
)
_SESV2 = Family(
    rules={
        "SendEmail": (
            *_send("ses:SendEmail", _V2, "Content.Template.TemplateName", unless="Content.Raw"),
            *_send(
                "ses:SendRawEmail",
                _V2,
                when="Content.Raw",
                unknown="!sender_in_the_raw_message",
            ),
        ),
        "SendBulkEmail": _send("ses:SendBulkEmail", _V2, "DefaultContent.Template.TemplateName"),
        "SendCustomVerificationEmail": (_VERIFICATION,),
    },
    fills=_FILLS,
)

FAMILIES = {"ses": _SES, "sesv2": _SESV2}
