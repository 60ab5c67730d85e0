"""Templates: what only deployment knows stays a symbol, and each format spells it."""

from __future__ import annotations

from dataclasses import replace

import yaml

from remit.deploy.formats import FORMATS, Spelling
from remit.generate.model import Deployment
from tests.generate.support import KNOWN, document, proposed, short, wanted

ORDERS = "arn:aws:dynamodb:{region}:{account}:table/{stack name}-Orders-{Orders id}"
SPELLING = Spelling(
    {
        "{region}": "${AWS::Region}",
        "{account}": "${AWS::AccountId}",
        "{stack name}": "${AWS::StackName}",
        "{TableName}": "${TableName}",
        ORDERS: "${Orders.Arn}",
    }
)
AT = Deployment(spelling=SPELLING, known=KNOWN)
NEEDS = [
    wanted("dynamodb:GetItem", "arn:aws:dynamodb:{region}:{account}:table/{stack name}-Orders-{Orders id}"),
    wanted("dynamodb:PutItem", "arn:aws:dynamodb:{region}:{account}:table/{env:TableName}"),
    wanted("s3:GetObject", "arn:aws:s3:::{env:NotSpelled}/{data:key}"),
]  # fmt: skip


def test_symbols_stay_where_the_framework_spells_them() -> None:
    made = proposed(*NEEDS, at=AT)
    assert made.unmet == ()
    assert short(made) == [
        "PutItemTableName: dynamodb:PutItem on"
        " arn:aws:dynamodb:{region}:{account}:table/{TableName}",
        f"GetItemStackNameOrdersOrdersId: dynamodb:GetItem on {ORDERS}",
        "S3GetObject: s3:GetObject on arn:aws:s3:::*/*",
    ]
    # What is spelled is not open: the report lists only the bucket and the key.
    holes = [one.hole.name for statement in made.statements for one in statement.open]
    assert holes == ["NotSpelled", "key"]


def test_sam_names_them_and_json_opens_them() -> None:
    made = proposed(*NEEDS, at=AT)
    snippet = FORMATS["sam"].document(made.parts[0], SPELLING, "")
    assert "Resource: !GetAtt Orders.Arn" in snippet
    assert '!Sub "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}"' in snippet
    assert "Orders id" not in snippet
    plain = document(made, SPELLING)
    assert [one["Resource"] for one in plain["Statement"]] == [
        "arn:aws:dynamodb:*:*:table/*",
        "arn:aws:dynamodb:*:*:table/*-Orders-*",
        "arn:aws:s3:::*/*",
    ]
    assert yaml.compose(snippet) is not None


def test_what_is_told_is_written() -> None:
    """A region and account that settings name are in the needs themselves."""
    told = replace(AT, region="eu-west-1", account="111122223333")
    here = "arn:aws:dynamodb:eu-west-1:111122223333:table/{env:TableName}"
    [line] = short(proposed(wanted("dynamodb:PutItem", here), at=told))
    assert line.endswith("arn:aws:dynamodb:eu-west-1:111122223333:table/{TableName}")
