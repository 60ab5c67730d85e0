"""Tables of uses of the AWS SDK for JavaScript, versions 3 and 2, and the calls that they make.

Sources: the SDKs' developer guides and API references; each row was judged by reading it.
"""

from __future__ import annotations

import gzip
import re

import pytest

from remit.catalog import models
from remit.core.text import Hole
from remit.scan.javascript.aws import names
from tests.scan.javascript.js import calls, in_handler, scanned

V2 = "const AWS = require('aws-sdk');\n"

# (what it shows, before the handler, its body, calls)
V3 = [
    (
        "command",
        "",
        "await db.send(new PutItemCommand({ TableName: 't', Item: {} }))",
        ["dynamodb.PutItem TableName=t"],
    ),
    (
        "command in a name",
        "",
        "const c = new GetItemCommand({ TableName: 't' }); const { Item } = await db.send(c)",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "either command",
        "",
        "await db.send(event.x ? new GetItemCommand({ TableName: 'a' }) : new PutItemCommand({ TableName: 'b' }))",
        ["dynamodb.GetItem TableName=a", "dynamodb.PutItem TableName=b"],
    ),
    (
        "aggregated",
        "const d = new DynamoDB({});",
        "await d.putItem({ TableName: 't' })",
        ["dynamodb.PutItem TableName=t"],
    ),
    (
        "aggregated s3",
        "const c = new S3();",
        "await c.listObjectsV2({ Bucket: 'b', Prefix: 'p/' })",
        ["s3.ListObjectsV2 Bucket=b Prefix=p/"],
    ),
    (
        "document",
        "const d = lib.DynamoDBDocumentClient.from(db);",
        "await d.send(new lib.UpdateCommand({ TableName: 't', Key: { id: event.id } }))",
        ["dynamodb.UpdateItem Key={id:{event.id}} TableName=t"],
    ),
    (
        "document, all",
        "const d = lib.DynamoDBDocument.from(db);",
        "await d.query({ TableName: 't', IndexName: 'i' })",
        ["dynamodb.Query IndexName=i TableName=t"],
    ),
    (
        "batch",
        "const T = process.env.TABLE;",
        "await db.send(new lib.BatchWriteCommand({ RequestItems: { [T]: [] } }))",
        ["dynamodb.BatchWriteItem RequestItems={orders:[]}"],
    ),
    (
        "batch, open name",
        "",
        "await db.send(new lib.BatchGetCommand({ RequestItems: { [process.env.NONE]: { Keys: [] } } }))",
        ["dynamodb.BatchGetItem RequestItems={the items of the request} TableName={NONE}"],
    ),
    (
        "paginator",
        "",
        "for await (const p of paginateQuery({ client: db }, { TableName: 't' })) { for (const i of p.Items) await put(i.k) }",
        ["dynamodb.Query TableName=t", "s3.PutObject Bucket=b Key={`Items[].k` of dynamodb.Query}"],
    ),
    (
        "waiter",
        "",
        "await waitUntilTableExists({ client: db, maxWaitTime: 9 }, { TableName: 't' })",
        ["dynamodb.DescribeTable TableName=t"],
    ),
    (
        "upload",
        "import { Upload } from '@aws-sdk/lib-storage';",
        "await new Upload({ client: s3, params: { Bucket: 'b', Key: 'k' } }).done()",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "presigned",
        "import { getSignedUrl } from '@aws-sdk/s3-request-presigner';",
        "return getSignedUrl(s3, new GetObjectCommand({ Bucket: 'b', Key: 'k' }), { expiresIn: 9 })",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "presigned post",
        "import { createPresignedPost } from '@aws-sdk/s3-presigned-post';",
        "return createPresignedPost(s3, { Bucket: 'b', Key: 'k' })",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "enum",
        "",
        "await db.send(new PutItemCommand({ TableName: 't', ReturnValues: ReturnValue.ALL_OLD }))",
        ["dynamodb.PutItem ReturnValues=ALL_OLD TableName=t"],
    ),
    (
        "known from the request",
        "",
        "const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'q' })); await sqs.send(new SendMessageCommand({ QueueUrl }))",
        [
            "sqs.GetQueueUrl QueueName=q",
            "sqs.SendMessage QueueUrl=https://sqs.{region}.amazonaws.com/{account}/q",
        ],
    ),
    (
        "then",
        "",
        "return db.send(new GetItemCommand({ TableName: 't' })).then((r) => put(r.Item.k.S))",
        [
            "dynamodb.GetItem TableName=t",
            "s3.PutObject Bucket=b Key={`Item.k.S` of dynamodb.GetItem}",
        ],
    ),
    (
        "callback",
        "",
        "db.send(new GetItemCommand({ TableName: 't' }), (e, r) => { put(r.Item.k.S) })",
        [
            "dynamodb.GetItem TableName=t",
            "s3.PutObject Bucket=b Key={`Item.k.S` of dynamodb.GetItem}",
        ],
    ),
    (
        "x-ray",
        "import * as X from 'aws-xray-sdk-core'; const d = X.captureAWSv3Client(new DynamoDBClient({}));",
        "await d.send(new GetItemCommand({ TableName: 't' }))",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "powertools tracer",
        "import { Tracer } from '@aws-lambda-powertools/tracer'; const t = new Tracer(); const d = t.captureAWSv3Client(db);",
        "await d.send(new GetItemCommand({ TableName: 't' }))",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "subpackage by require",
        "const { SFNClient, StartExecutionCommand } = require('@aws-sdk/client-sfn');",
        "await new SFNClient().send(new StartExecutionCommand({ stateMachineArn: 'm' }))",
        ["stepfunctions.StartExecution stateMachineArn=m"],
    ),
    (
        "dynamic import",
        "",
        "const { SNSClient, PublishCommand } = await import('@aws-sdk/client-sns'); await new SNSClient({}).send(new PublishCommand({ TopicArn: 'a' }))",
        ["sns.Publish TopicArn=a"],
    ),
    (
        "namespace",
        "import * as sm from '@aws-sdk/client-secrets-manager';",
        "await new sm.SecretsManagerClient({}).send(new sm.GetSecretValueCommand({ SecretId: 's' }))",
        ["secretsmanager.GetSecretValue SecretId=s"],
    ),
    (
        "a class of one's own",
        "class Repo { constructor(c, t) { this.c = c; this.t = t } get(id) { return this.c.send(new GetItemCommand({ TableName: this.t })) } }",
        "await new Repo(db, 't').get(1)",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "params in a variable",
        "",
        "const p = { TableName: 't' }; if (event.i) { p.IndexName = 'i' } await db.send(new QueryCommand(p))",
        ["dynamodb.Query IndexName=i TableName=t", "dynamodb.Query TableName=t"],
    ),
    (
        "parameter by spread",
        "",
        "await db.send(new QueryCommand({ TableName: 't', ...(event.i && { IndexName: 'i' }) }))",
        ["dynamodb.Query IndexName=i TableName=t", "dynamodb.Query TableName=t"],
    ),
    (
        "class of a client",
        "class C extends DynamoDBClient { constructor() { super({}) } get(k) { return this.send(new GetItemCommand({ TableName: k })) } }",
        "const c = new C(); await c.get('t'); await c.send(new GetItemCommand({ TableName: 'u' }))",
        ["dynamodb.GetItem TableName=t", "dynamodb.GetItem TableName=u"],
    ),
    (
        "client not followed",
        "import { make } from 'clients';",
        "await make().send(new GetItemCommand({ TableName: 't' }))",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "marshall",
        "import { marshall } from '@aws-sdk/util-dynamodb';",
        "await db.send(new GetItemCommand({ TableName: 't', Key: marshall({ id: 'x', n: 1 }) }))",
        ["dynamodb.GetItem Key={id:{S:x},n:{N:1}} TableName=t"],
    ),
]


@pytest.mark.parametrize(
    ("before", "body", "expected"), [c[1:] for c in V3], ids=[c[0] for c in V3]
)
def test_version_3(before: str, body: str, expected: list[str]) -> None:
    found = scanned(in_handler(body, before), {"TABLE": "orders"})
    assert calls(found) == expected
    assert found.unattributed == ()


VERSION_2 = [
    (
        "promise",
        "const c = new AWS.DynamoDB.DocumentClient();",
        "await c.put({ TableName: 't' }).promise()",
        ["dynamodb.PutItem TableName=t"],
    ),
    (
        "callback",
        "const c = new AWS.S3();",
        "c.getObject({ Bucket: 'b', Key: 'k' }, (e, d) => { c.putObject({ Bucket: 'b', Key: d.Metadata.x }, () => {}) })",
        ["s3.GetObject Bucket=b Key=k", "s3.PutObject Bucket=b Key={`Metadata.x` of s3.GetObject}"],
    ),
    (
        "destructured",
        "const { S3 } = AWS; const c = new S3();",
        "await c.listBuckets().promise()",
        ["s3.ListBuckets"],
    ),
    (
        "clients/",
        "const S3 = require('aws-sdk/clients/s3'); const c = new S3();",
        "await c.upload({ Bucket: 'b', Key: 'k' }).promise()",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "clients/ by import",
        "",
        "await (new (require('aws-sdk/clients/sqs'))()).sendMessage({ QueueUrl: 'u' }).promise()",
        ["sqs.SendMessage QueueUrl=u"],
    ),
    (
        "DocumentClient of clients/",
        "const { DocumentClient } = require('aws-sdk/clients/dynamodb'); const c = new DocumentClient();",
        "await c.batchGet({ RequestItems: { t: {} } }).promise()",
        ["dynamodb.BatchGetItem RequestItems={t:{}}"],
    ),
    (
        "bound parameters",
        "const c = new AWS.S3({ params: { Bucket: 'b' } });",
        "await c.deleteObject({ Key: 'k' }).promise()",
        ["s3.DeleteObject Bucket=b Key=k"],
    ),
    (
        "presigned",
        "const c = new AWS.S3();",
        "return c.getSignedUrl('putObject', { Bucket: 'b', Key: 'k' })",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "presigned promise",
        "const c = new AWS.S3();",
        "return c.getSignedUrlPromise('getObject', { Bucket: 'b', Key: 'k' })",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "copy",
        "const c = new AWS.S3();",
        "await c.copyObject({ Bucket: 'b', Key: 'k', CopySource: encodeURIComponent('/from/' + event.key) }).promise()",
        ["s3.CopyObject Bucket=b CopySource=from/{event.key} Key=k"],
    ),
    (
        "waiter",
        "const c = new AWS.DynamoDB();",
        "await c.waitFor('tableExists', { TableName: 't' }).promise()",
        ["dynamodb.DescribeTable TableName=t"],
    ),
    (
        "x-ray",
        "const X = require('aws-xray-sdk'); const A = X.captureAWS(require('aws-sdk')); const c = new A.SNS();",
        "await c.publish({ TopicArn: 'a' }).promise()",
        ["sns.Publish TopicArn=a"],
    ),
    (
        "promisify",
        "const { promisify } = require('util'); const c = new AWS.DynamoDB(); const get = promisify(c.getItem.bind(c));",
        "await get({ TableName: 't' })",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "step functions",
        "const c = new AWS.StepFunctions();",
        "await c.startExecution({ stateMachineArn: 'm' }).promise()",
        ["stepfunctions.StartExecution stateMachineArn=m"],
    ),
    (
        "cognito",
        "const c = new AWS.CognitoIdentityServiceProvider();",
        "await c.adminGetUser({ UserPoolId: 'p' }).promise()",
        ["cognito-idp.AdminGetUser UserPoolId=p"],
    ),
    (
        "pages",
        "const c = new AWS.S3();",
        "c.listObjectsV2({ Bucket: 'b' }).eachPage((e, p) => { c.getObject({ Bucket: 'b', Key: p.Contents[0].Key }).promise() })",
        [
            "s3.GetObject Bucket=b Key={`Contents[].Key` of s3.ListObjectsV2}",
            "s3.ListObjectsV2 Bucket=b",
        ],
    ),
    (
        "method by name",
        "const c = new AWS.DynamoDB.DocumentClient();",
        "await c['get']({ TableName: 't' }).promise()",
        ["dynamodb.GetItem TableName=t"],
    ),
    (
        "wrapper",
        "const c = new AWS.DynamoDB.DocumentClient(); const call = (action, params) => c[action](params).promise();",
        "await call('put', { TableName: 't' })",
        ["dynamodb.PutItem TableName=t"],
    ),
]


@pytest.mark.parametrize(
    ("before", "body", "expected"), [c[1:] for c in VERSION_2], ids=[c[0] for c in VERSION_2]
)
def test_version_2(before: str, body: str, expected: list[str]) -> None:
    source = f"{V2}{before}\nexports.handler = async (event) => {{\n{body}\n}}"
    found = scanned({"app.js": source})
    assert calls(found) == expected
    assert found.unattributed == ()


FOREIGN = [
    ("explicit keys", "{ credentials: { accessKeyId: 'AKIA', secretAccessKey: 's' } }", True),
    (
        "keys from a variable",
        "{ credentials: { accessKeyId: process.env.MY_KEY, secretAccessKey: 's' } }",
        True,
    ),
    (
        "the role's own",
        "{ credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: 'x', sessionToken: process.env.AWS_SESSION_TOKEN } }",
        False,
    ),
    ("local endpoint", "{ endpoint: 'http://localhost:8000' }", True),
    ("other endpoint", "{ endpoint: 'https://minio.example.com' }", True),
    ("AWS's endpoint", "{ endpoint: 'https://dynamodb.eu-west-1.amazonaws.com' }", False),
    ("no endpoint in this stage", "{ endpoint: process.env.NONE }", False),
    (
        "only in a local stage",
        "process.env.NONE ? { endpoint: 'http://localhost:8000' } : {}",
        False,
    ),
]


@pytest.mark.parametrize(
    ("config", "foreign"), [c[1:] for c in FOREIGN], ids=[c[0] for c in FOREIGN]
)
def test_foreign(config: str, foreign: bool) -> None:
    source = in_handler(
        "await c.send(new GetItemCommand({ TableName: 't' }))",
        f"const c = new DynamoDBClient({config});",
    )
    found = scanned(source)
    assert (calls(found), bool(found.foreign)) == (
        [] if foreign else ["dynamodb.GetItem TableName=t"],
        foreign,
    )


def test_an_assumed_role_is_foreign_and_its_call_is_not() -> None:
    source = in_handler(
        "await c.send(new GetItemCommand({ TableName: 't' }))",
        "import { fromTemporaryCredentials as f } from '@aws-sdk/credential-providers';\n"
        "const c = new DynamoDBClient({ credentials: f({ params: { RoleArn: 'r' } }) });",
    )
    found = scanned(source)
    assert calls(found) == ["sts.AssumeRole RoleArn=r"]
    assert len(found.foreign) == 1


def test_the_answer_of_assume_role_as_keys() -> None:
    source = """
        const AWS = require('aws-sdk');
        exports.handler = async () => {
          const { Credentials } = await new AWS.STS().assumeRole({ RoleArn: 'r' }).promise();
          const c = new AWS.S3({ accessKeyId: Credentials.AccessKeyId, sessionToken: 'x' });
          await c.listBuckets().promise();
        };
    """
    found = scanned({"app.js": source})
    assert (calls(found), len(found.foreign)) == (["sts.AssumeRole RoleArn=r"], 1)


REGIONS = [
    ("new DynamoDBClient({ region: 'eu-west-1' })", "eu-west-1"),
    ("new DynamoDBClient({ region: process.env.AWS_REGION })", None),
    ("new DynamoDBClient({ region: process.env.REGION })", "us-east-1"),
    ("new DynamoDBClient({})", None),
]


@pytest.mark.parametrize(("client", "region"), REGIONS)
def test_region(client: str, region: str | None) -> None:
    source = in_handler(
        "await c.send(new GetItemCommand({ TableName: 't' }))", f"const c = {client};"
    )
    (located,) = scanned(source, {"REGION": "us-east-1"}).calls
    assert located.call.region == region


def test_region_of_version_2s_settings() -> None:
    source = (
        V2
        + "AWS.config.update({ region: 'eu-west-1' }); const c = new AWS.SNS(); exports.handler = () => c.publish({}).promise()"
    )
    (located,) = scanned({"app.js": source}).calls
    assert located.call.region == "eu-west-1"


UNATTRIBUTED = [
    (
        "unknown command",
        "await db.send(event.command)",
        "which command of `dynamodb` is sent is not known (`event.command`)",
    ),
    (
        "no such command",
        "const { DoItCommand } = await import('@aws-sdk/client-dynamodb'); await db.send(new DoItCommand())",
        "botocore knows no operation of `dynamodb` for `DoItCommand`",
    ),
    (
        "no such method",
        "await new DynamoDB({}).putItm({})",
        "botocore knows no operation of `dynamodb` for the method `putItm`",
    ),
    (
        "client not followed",
        "await thing.putItem({ TableName: 't' })",
        "`thing` was not followed to a client",
    ),
    (
        "command given away",
        "await thing.execute(new GetItemCommand({ TableName: 't' }))",
        "`GetItem` of `dynamodb` is given to what is not followed",
    ),
]


@pytest.mark.parametrize(
    ("body", "why"), [c[1:] for c in UNATTRIBUTED], ids=[c[0] for c in UNATTRIBUTED]
)
def test_unattributed(body: str, why: str) -> None:
    found = scanned(in_handler(body, "import { thing } from 'thing';"))
    assert why in [one.why for one in found.unattributed]
    assert calls(found) == []


@pytest.mark.parametrize(
    "body",
    [
        "await thing.send(event)",
        "thing.use(db)",
        "await fetch('https://x')",
        "await event.query({})",
    ],
)
def test_quiet(body: str) -> None:
    found = scanned(in_handler(body, "import { thing } from 'thing';"))
    assert found.unattributed == ()


def test_a_library_that_calls_aws_is_told_once() -> None:
    before = "import { getParameter } from '@aws-lambda-powertools/parameters/ssm';"
    found = scanned(in_handler("await getParameter('/a'); await getParameter('/b')", before))
    assert [one.what for one in found.unattributed] == ["@aws-lambda-powertools/parameters"]


def test_a_container_of_classes_is_told() -> None:
    before = "import { NestFactory } from '@nestjs/core'; class App {}"
    found = scanned(in_handler("await (await NestFactory.create(App)).init()", before))
    assert [one.what for one in found.unattributed] == ["@nestjs/core"]


def test_a_client_that_is_not_followed_leaves_a_doubt() -> None:
    body = "await make().send(new GetItemCommand({ TableName: 't' }))"
    (located,) = scanned(in_handler(body, "import { make } from 'clients';")).calls
    assert [hole.name for hole in located.call.hangs_on] == ["clients.make()"]


def test_service_ids_are_botocores() -> None:
    """The package of a service is its service id in lower case with hyphens: all of them."""
    folder = models.data_folder("botocore")
    wrong = {}
    for service in sorted(models.services() - {"sms-voice"}):  # a copy of pinpoint-sms-voice
        newest = max(
            one for one in (folder / service).iterdir() if (one / "service-2.json.gz").is_file()
        )
        with gzip.open(newest / "service-2.json.gz") as file:
            head = file.read(6000).decode()
        found = re.search(r'"serviceId"\s*:\s*"([^"]+)"', head)
        package = names.CLIENT + found[1].lower().replace(" ", "-") if found else ""
        if names.service_of(package) != service:
            wrong[service] = package
    assert wrong == {}


CLASSES = {
    "StepFunctions": "stepfunctions", "CognitoIdentityServiceProvider": "cognito-idp", "SES": "ses",
    "SESV2": "sesv2", "CloudWatchLogs": "logs", "CloudWatchEvents": "events", "EventBridge": "events",
    "SecretsManager": "secretsmanager", "SSM": "ssm", "Lambda": "lambda", "IotData": "iot-data",
    "ApiGatewayManagementApi": "apigatewaymanagementapi", "APIGateway": "apigateway", "ELBv2": "elbv2",
    "RDSDataService": "rds-data", "TranscribeService": "transcribe", "ConfigService": "config",
    "LexModelBuildingService": "lex-models", "LexRuntime": "lex-runtime", "DMS": "dms", "MTurk": "mturk",
    "ResourceGroupsTaggingAPI": "resourcegroupstaggingapi", "Route53": "route53", "XRay": "xray",
}  # fmt: skip


@pytest.mark.parametrize(("name", "service"), CLASSES.items())
def test_classes_of_version_2(name: str, service: str) -> None:
    assert names.service_of_class(name) == service


SWALLOWED = [
    ("tells by an answer", "try { await put('a') } catch (e) { event.res.status(500) }", None),
    (
        "keeps the failure",
        "let bad; try { await put('a') } catch (e) { console.log(e); bad = e }",
        None,
    ),
    ("empty", "try { await put('a') } catch {}", "silent"),
    ("logs", "try { await put('a') } catch (e) { console.error(e) }", "logs"),
    (
        "logs and returns a constant",
        "try { await put('a') } catch (e) { logger.warn('x', e); return null }",
        "logs",
    ),
    ("rethrows", "try { await put('a') } catch (e) { console.error(e); throw e }", None),
    (
        "answers with the failure",
        "try { await put('a') } catch (e) { return { statusCode: 500 } }",
        None,
    ),
    ("looks at it", "try { await put('a') } catch (e) { if (e.name !== 'X') throw e }", None),
    (
        "rejects",
        "await new Promise(async (ok, reject) => { try { await put('a') } catch (e) { reject(e) } })",
        None,
    ),
    (".catch", "await put('a').catch(() => {})", "silent"),
    (".catch logs", "await put('a').catch((e) => console.log(e))", "logs"),
    (".catch named", "await put('a').catch(console.error)", None),
    ("outer", "try { await Promise.all([put('a')]) } catch (e) { console.log('no') }", "logs"),
    ("not in the clause", "try { event() } catch (e) {} await put('a')", None),
]


@pytest.mark.parametrize(("body", "how"), [c[1:] for c in SWALLOWED], ids=[c[0] for c in SWALLOWED])
def test_swallowed(body: str, how: str | None) -> None:
    found = scanned(in_handler(body))
    assert [(mask.kind, mask.detail) for mask in found.masks] == (
        [("swallowed", how)] if how else []
    )
    assert {located.call.swallowed is not None for located in found.calls} == {how is not None}


def test_import_time_lines_and_path() -> None:
    files = {
        "src/app.ts": """\
            import { load } from './load';
            const config = await load();
            export const handler = async () => { await load() };
        """,
        "src/load.ts": """\
            import { SSM } from '@aws-sdk/client-ssm';
            const ssm = new SSM({});
            export const load = () =>
              ssm.getParameter({ Name: '/é' });
        """,
    }
    found = scanned(files, entry="src/app")
    places = [(one.call.at_import, one.function, str(one.call.span)) for one in found.calls]
    assert places == [(True, "F", "src/load.ts:4:3"), (False, "F", "src/load.ts:4:3")]
    assert [frame.function for frame in found.calls[1].call.path] == ["handler", "load"]
    assert str(found.calls[1].call.path[1].span) == "src/app.ts:3:44"


def test_a_setting_on_which_a_call_hangs() -> None:
    (located,) = scanned(
        in_handler("if (`${process.env.FLAG}`.includes('x')) await put('a')")
    ).calls
    assert located.call.hangs_on == (Hole("env", "FLAG"),)


def test_holes_are_filled_by_settings() -> None:
    found = scanned(in_handler("await put(`x/${process.env.NONE}`)"), values={"NONE": "filled"})
    assert calls(found) == ["s3.PutObject Bucket=b Key=x/filled"]
    assert set(found.environment_read) == {"NONE"}
