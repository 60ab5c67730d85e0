"""What stands in a seeded role for what only the deployment knows."""

from __future__ import annotations

import json
from pathlib import Path

from remit import wiring

TEMPLATE = """\
Parameters: {Partner: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {AWS: !Ref Partner}, Action: "sts:AssumeRole"}
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
          - {Effect: Deny, Principal: {AWS: !Ref Partner}, Action: "sts:AssumeRole"}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      {Runtime: python3.12, Handler: app.handler, Code: {ZipFile: "def handler(e, c): pass"},
       Role: !GetAtt Role.Arn}
"""


def test_a_role_is_open_to_nobody_whom_the_project_does_not_name(tmp_path: Path) -> None:
    """`*` would be everybody; of a Deny it is the careful reading."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    made = wiring.seeds(tmp_path, None, None, None, None)
    [role] = made.roles
    assert role.trust is not None
    partner, service, deny = json.loads(role.trust)["Statement"]
    [named] = partner["Principal"]["AWS"]
    assert "*" not in named
    assert "000000000000" in named
    assert service["Principal"] == {"Service": ["lambda.amazonaws.com"]}
    assert "*" in str(deny["Principal"])
    assert any("Partner" in note and "nobody" in note for note in made.notes)
