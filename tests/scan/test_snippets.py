"""Tables of code and the AWS calls that it makes, judged by reading the code as Python runs it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from remit.scan.expressions import EVALUATORS
from remit.scan.statements import EXECUTORS
from tests.scan.support import calls, scanned

ROUTE = "\n@app.route('/')\ndef view():\n    {}\n"


def in_view(body: str, before: str = "") -> str:
    lines = dedent(body).strip().replace("\n", "\n    ")
    return dedent(before) + ROUTE.format(lines)


# (what it shows, code before, body of the view, calls)
BODIES = [
    (
        "a list that is longer on some paths only",
        "c = boto3.client('s3')",
        "m = []\nif app.current_request.x:\n    m.append(1)\nif len(m) > 0:\n    return 1\n"
        "if m:\n    return 2\nc.put_object(Bucket='b', Key='k')",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "a key that is there on some paths only",
        "c = boto3.client('s3')",
        "d = {}\nfor x in app.current_request.x:\n    d['k'] = x\nif 'k' in d:\n    return 1\n"
        "if d:\n    return 2\nc.put_object(Bucket='b', Key='k')",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "a slice beside another key",
        "c = boto3.client('s3')",
        "frame = app.current_request.frame\nx = frame[:, 1]\nc.put_object(Bucket='b', Key='k')",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "a text with what may be None",
        "c = boto3.client('s3')",
        "n = None\nif app.current_request.x:\n    n = 'x'\nc.put_object(Bucket='b', Key=f'in/{n}')",
        ["s3.PutObject Bucket=b Key=in/x"],
    ),
    (
        "a client",
        "c = boto3.client('s3')",
        "c.put_object(Bucket='b', Key='k')",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "a client made in the view",
        "",
        "boto3.client('sqs').send_message(QueueUrl='https://q', MessageBody='x')",
        ["sqs.SendMessage QueueUrl=https://q"],
    ),
    (
        "service by keyword",
        "c = boto3.client(service_name='s3')",
        "c.get_object(Bucket='b', Key='k')",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "a session",
        "s = boto3.Session()\nc = s.client('ssm')",
        "c.get_parameter(Name='/a/b')",
        ["ssm.GetParameter Name=/a/b"],
    ),
    (
        "boto3.session.Session",
        "c = boto3.session.Session(region_name='eu-west-1').client('ssm')",
        "c.get_parameter(Name='p')",
        ["ssm.GetParameter Name=p"],
    ),
    (
        "a resource's table",
        "t = boto3.resource('dynamodb').Table('orders')",
        "t.update_item(Key={'id': 1})",
        ["dynamodb.UpdateItem Key={id:1} TableName=orders"],
    ),
    (
        "a chain in one line",
        "",
        "boto3.resource('s3').Bucket('b').Object('k').delete()",
        ["s3.DeleteObject Bucket=b Key=k"],
    ),
    (
        "a method kept in a name",
        "t = boto3.resource('dynamodb').Table('t')\nput = t.put_item",
        "put(Item={})",
        ["dynamodb.PutItem TableName=t"],
    ),
    (
        "getattr with a known name",
        "c = boto3.client('s3')",
        "getattr(c, 'get_object')(Bucket='b', Key='k')",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "meta.client",
        "t = boto3.resource('dynamodb').Table('t')",
        "t.meta.client.get_item(TableName='other', Key={})",
        ["dynamodb.GetItem Key={} TableName=other"],
    ),
    (
        "a paginator",
        "c = boto3.client('s3')",
        "for p in c.get_paginator('list_objects_v2').paginate(Bucket='b'):\n    print(p)",
        ["s3.ListObjectsV2 Bucket=b"],
    ),
    (
        "a waiter",
        "c = boto3.client('s3')",
        "c.get_waiter('object_exists').wait(Bucket='b', Key='k')",
        ["s3.HeadObject Bucket=b Key=k"],
    ),
    (
        "upload_file",
        "c = boto3.client('s3')",
        "c.upload_file('/tmp/f', 'b', 'k')",
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "download_fileobj",
        "c = boto3.client('s3')",
        "c.download_fileobj('b', 'k', f)",
        ["s3.GetObject Bucket=b Key=k", "s3.HeadObject Bucket=b Key=k"],
    ),
    (
        "batch_writer",
        "t = boto3.resource('dynamodb').Table('t')",
        "with t.batch_writer() as w:\n    w.put_item(Item={})",
        ["dynamodb.BatchWriteItem RequestItems={t:[]}"],
    ),
    (
        "batch_write_item on a table known in part",
        "c = boto3.client('dynamodb')",
        "c.batch_write_item(RequestItems={'orders-' + os.environ['X']: []})",
        ["dynamodb.BatchWriteItem RequestItems={the items of the request} TableName=orders-{X}"],
    ),
    (
        "f-string",
        "STAGE = 'dev'\nc = boto3.client('s3')",
        "c.get_object(Bucket=f'data-{STAGE}', Key='k')",
        ["s3.GetObject Bucket=data-dev Key=k"],
    ),
    (
        "plus",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='a' + '-' + 'b', Key='k')",
        ["s3.GetObject Bucket=a-b Key=k"],
    ),
    (
        "format",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='{}-{x}'.format('a', x='b'), Key='k')",
        ["s3.GetObject Bucket=a-b Key=k"],
    ),
    (
        "percent",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='%s-%s' % ('a', 'b'), Key='k')",
        ["s3.GetObject Bucket=a-b Key=k"],
    ),
    (
        "percent with a dict",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='%(x)s-z' % {'x': 'a'}, Key='k')",
        ["s3.GetObject Bucket=a-z Key=k"],
    ),
    (
        "join",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='-'.join(['a', 'b']), Key='k')",
        ["s3.GetObject Bucket=a-b Key=k"],
    ),
    (
        "os.path.join",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='b', Key=os.path.join('x', 'y'))",
        ["s3.GetObject Bucket=b Key=x/y"],
    ),
    (
        "a key known in part",
        "c = boto3.client('s3')",
        "c.get_object(Bucket='b', Key='in/' + app.current_request.json_body['k'])",
        ['s3.GetObject Bucket=b Key=in/{app.current_request.json_body["k"]}'],
    ),
    (
        "a dict of names",
        "T = {'orders': 'o-dev'}\nr = boto3.resource('dynamodb')",
        "r.Table(T['orders']).scan()",
        ["dynamodb.Scan TableName=o-dev"],
    ),
    (
        "a few names",
        "c = boto3.client('s3')",
        "for b in ('a', 'b'):\n    c.delete_object(Bucket=b, Key='k')",
        ["s3.DeleteObject Bucket=a Key=k", "s3.DeleteObject Bucket=b Key=k"],
    ),
    (
        "either of two",
        "c = boto3.client('s3')",
        "b = 'a' if app.current_request.json_body else 'z'\nc.head_object(Bucket=b, Key='k')",
        ["s3.HeadObject Bucket=a Key=k", "s3.HeadObject Bucket=z Key=k"],
    ),
    (
        "keyword arguments from a dict",
        "c = boto3.client('s3')",
        "args = {'Bucket': 'b'}\nargs['Key'] = 'k'\nc.get_object(**args)",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "dict(...)",
        "c = boto3.client('s3')",
        "c.get_object(**dict(Bucket='b', Key='k'))",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "partial",
        "import functools\nc = boto3.client('s3')\nget = functools.partial(c.get_object, Bucket='b')",
        "get(Key='k')",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "a thread",
        "import threading\nc = boto3.client('s3')\ndef put(b, k):\n    c.put_object(Bucket=b, Key=k)",
        "threading.Thread(target=put, args=('b',), kwargs={'k': 'x'}).start()",
        ["s3.PutObject Bucket=b Key=x"],
    ),
    (
        "an executor",
        "from concurrent.futures import ThreadPoolExecutor\nc = boto3.client('s3')\ndef put(k):\n    c.put_object(Bucket='b', Key=k)",
        "with ThreadPoolExecutor() as pool:\n    pool.submit(put, 'x')",
        ["s3.PutObject Bucket=b Key=x"],
    ),
    (
        "a callback",
        "import retry\nc = boto3.client('s3')\ndef go():\n    c.list_buckets()",
        "retry.call(go)",
        ["s3.ListBuckets"],
    ),
    (
        "a lambda",
        "c = boto3.client('s3')\nf = lambda k: c.get_object(Bucket='b', Key=k)",
        "f('x')",
        ["s3.GetObject Bucket=b Key=x"],
    ),
    (
        "a comprehension",
        "c = boto3.client('s3')",
        "[c.get_object(Bucket='b', Key=k) for k in ['x', 'y']]",
        ["s3.GetObject Bucket=b Key=x", "s3.GetObject Bucket=b Key=y"],
    ),
    (
        "a nested function",
        "c = boto3.client('s3')",
        "name = 'b'\ndef inner(k):\n    return c.get_object(Bucket=name, Key=k)\ninner('x')",
        ["s3.GetObject Bucket=b Key=x"],
    ),
    (
        "what an answer names",
        "q = boto3.client('sqs')",
        "url = q.get_queue_url(QueueName='jobs')['QueueUrl']\nq.send_message(QueueUrl=url, MessageBody='x')",
        [
            "sqs.GetQueueUrl QueueName=jobs",
            "sqs.SendMessage QueueUrl=https://sqs.{region}.amazonaws.com/{account}/jobs",
        ],
    ),
    (
        "a local endpoint is not the role's",
        "c = boto3.client('s3', endpoint_url='http://localhost:9000')",
        "c.list_buckets()",
        [],
    ),
    (
        "keys of its own are not the role's",
        "c = boto3.client('s3', aws_access_key_id='AKIA', aws_secret_access_key='x')",
        "c.list_buckets()",
        [],
    ),
    (
        "keys from the environment are not the role's",
        "c = boto3.client('ses', aws_access_key_id=os.environ['KEY'], aws_secret_access_key=os.environ['SECRET'])",
        "c.send_email(Source='a@b.c')",
        [],
    ),
    (
        "dead code",
        "c = boto3.client('s3')\ndef never():\n    c.delete_bucket(Bucket='b')",
        "return {}",
        [],
    ),
    ("after return", "c = boto3.client('s3')", "return {}\nc.delete_bucket(Bucket='b')", []),
    (
        "a conditional import",
        "try:\n    import ujson as json\nexcept ImportError:\n    import json\nc = boto3.client('s3')",
        "c.list_buckets()",
        ["s3.ListBuckets"],
    ),
    (
        "a walrus",
        "t = boto3.resource('dynamodb').Table('t')",
        "if (x := t.get_item(Key={'id': '1'})):\n    t.delete_item(Key={'id': '1'})",
        ["dynamodb.DeleteItem Key={id:1} TableName=t", "dynamodb.GetItem Key={id:1} TableName=t"],
    ),
    (
        "match",
        "c = boto3.client('s3')\nKIND = 'b'",
        "match KIND:\n    case 'a':\n        c.get_object(Bucket='a', Key='k')\n    case 'b':\n        c.get_object(Bucket='b', Key='k')",
        ["s3.GetObject Bucket=b Key=k"],
    ),
    (
        "an async helper",
        "c = boto3.client('s3')\nasync def go():\n    c.list_buckets()\nimport asyncio",
        "asyncio.run(go())",
        ["s3.ListBuckets"],
    ),
    (
        "finally",
        "c = boto3.client('s3')",
        "try:\n    return {}\nfinally:\n    c.list_buckets()",
        ["s3.ListBuckets"],
    ),
    (
        "an exception handler",
        "c = boto3.client('s3')",
        "try:\n    x = int('1')\nexcept ValueError:\n    c.list_buckets()",
        ["s3.ListBuckets"],
    ),
    (
        "while with a token",
        "t = boto3.resource('dynamodb').Table('t')",
        "kw = {}\nwhile True:\n    r = t.scan(**kw)\n    if 'LastEvaluatedKey' not in r:\n        break\n    kw['ExclusiveStartKey'] = r['LastEvaluatedKey']\nt.put_item(Item={})",
        ["dynamodb.PutItem TableName=t", "dynamodb.Scan TableName=t"],
    ),
]


@pytest.mark.parametrize(
    ("before", "body", "expected"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES]
)
def test_a_view(before: str, body: str, expected: list[str]) -> None:
    assert calls(in_view(body, before)) == expected


# Whole files: (what it shows, files, environment, calls)
HEAD = "import boto3, os\nfrom chalice import Chalice\napp = Chalice(app_name='x')\n"
PROJECTS = [
    (
        "a folder that the code adds to sys.path",
        {
            "app.py": HEAD + "import sys\n"
            "here = os.path.abspath(os.path.join(os.path.dirname(__file__), 'chalicelib'))\n"
            "sys.path.insert(0, here)\nfrom store import put\n"
            "@app.route('/')\ndef v():\n    put()\n",
            "chalicelib/store.py": "import boto3\n"
            "def put():\n    boto3.client('s3').list_buckets()\n",
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "the bucket of an S3 event is the one that sends it",
        {
            "app.py": HEAD + "@app.on_s3_event(bucket=os.environ['IN'])\ndef v(event):\n"
            "    boto3.client('s3').get_object(Bucket=event.bucket, Key=event.key)\n"
        },
        {"IN": "letters"},
        ["s3.GetObject Bucket=letters Key={event.key}"],
    ),
    (
        "what is kept on the app",
        {
            "app.py": HEAD + "app.context = {}\ndef ready(app):\n"
            "    if 'c' in app.context:\n        return\n"
            "    app.context['c'] = boto3.client('s3')\n"
            "@app.route('/')\ndef v():\n    ready(app)\n    c = app.context['c']\n"
            "    c.list_objects(Bucket='b')\n"
        },
        {},
        ["s3.ListObjects Bucket=b"],
    ),
    (
        "one decorator on functions that call each other",
        {
            "app.py": HEAD
            + "def told(f):\n    def run(*a):\n        return f(*a)\n    return run\n"
            "@told\ndef one():\n    boto3.client('s3').list_buckets()\n"
            "@told\ndef two():\n    one()\n"
            "@told\ndef three():\n    two()\n"
            "@app.route('/')\ndef v():\n    three()\n"
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "a blueprint from chalice.app",
        {
            "app.py": "import boto3\nfrom chalice.app import Blueprint, Chalice\n"
            "from chalicelib.jobs import jobs\napp = Chalice(app_name='x')\n"
            "app.register_blueprint(jobs)\n",
            "chalicelib/jobs.py": "import boto3\nfrom chalice.app import Blueprint\n"
            "jobs = Blueprint(__name__)\n"
            "@jobs.schedule('rate(1 day)')\ndef tidy(event):\n"
            "    boto3.client('s3').delete_object(Bucket='b', Key='k')\n",
        },
        {},
        ["s3.DeleteObject Bucket=b Key=k"],
    ),
    (
        "copies of boto3 and chalice in vendor are not read",
        {
            "app.py": HEAD + "@app.route('/')\ndef v():\n    boto3.client('s3').list_buckets()\n",
            "vendor/boto3/__init__.py": "import boto3.session\ndef client(*a):\n    return None\n",
            "vendor/chalice/__init__.py": "class Chalice:\n    def route(self, *a):\n        pass\n",
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "a vendored package that uses boto3 is followed",
        {
            "app.py": HEAD + "from shared import store\nimport plain\n"
            "@app.route('/')\ndef v():\n    store.put()\n    plain.put()\n",
            "vendor/shared/__init__.py": "",
            "vendor/shared/store.py": "import boto3\n"
            "def put():\n    boto3.client('s3').put_object(Bucket='b', Key='k')\n",
            "vendor/plain.py": "def put():\n    raise ValueError\n",
        },
        {},
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "an empty variable is no table's name",
        {
            "app.py": HEAD + "t = boto3.resource('dynamodb').Table(os.environ.get('T', ''))\n"
            "u = boto3.resource('dynamodb').Table(os.environ['U'] + 'users')\n"
            "@app.route('/')\ndef v():\n    t.scan()\n    u.scan()\n"
        },
        {"U": ""},
        ["dynamodb.Scan TableName=users", "dynamodb.Scan TableName={T}"],
    ),
    (
        "the stage's variable chooses the table",
        {
            "app.py": HEAD
            + "name = 'orders' + ('-prod' if os.environ['ENV'] == 'prod' else '-dev')\n"
            "t = boto3.resource('dynamodb').Table(name)\n"
            "@app.route('/')\ndef v():\n    t.scan()\n"
        },
        {"ENV": "prod"},
        ["dynamodb.Scan TableName=orders-prod"],
    ),
    (
        "a branch that the stage can't take",
        {
            "app.py": HEAD + "@app.route('/')\ndef v():\n    c = boto3.client('s3')\n"
            "    if os.getenv('ENV') == 'dev':\n        c.delete_bucket(Bucket='b')\n    else:\n        c.list_buckets()\n"
        },
        {"ENV": "prod"},
        ["s3.ListBuckets"],
    ),
    (
        "a variable that is not set, read with a default",
        {
            "app.py": HEAD
            + "t = boto3.resource('dynamodb').Table(os.environ.get('T', 'fallback'))\n"
            "@app.route('/')\ndef v():\n    t.scan()\n"
        },
        {},
        ["dynamodb.Scan TableName=fallback"],
    ),
    (
        "a variable that is required and not set is a hole",
        {
            "app.py": HEAD
            + "@app.route('/')\ndef v():\n    boto3.resource('dynamodb').Table(os.environ['T']).scan()\n"
        },
        {},
        ["dynamodb.Scan TableName={T}"],
    ),
    (
        "an optional endpoint that the stage does not set",
        {
            "app.py": HEAD + "c = boto3.client('s3', endpoint_url=os.environ.get('S3_ENDPOINT'))\n"
            "@app.route('/')\ndef v():\n    c.list_buckets()\n"
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "an endpoint that the stage sets to localhost",
        {
            "app.py": HEAD + "c = boto3.client('s3', endpoint_url=os.environ.get('S3_ENDPOINT'))\n"
            "@app.route('/')\ndef v():\n    c.list_buckets()\n"
        },
        {"S3_ENDPOINT": "http://localhost:9000"},
        [],
    ),
    (
        "try to read a variable, otherwise a default",
        {
            "app.py": HEAD
            + "try:\n    name = os.environ['T']\nexcept KeyError:\n    name = 'local'\n"
            "@app.route('/')\ndef v():\n    boto3.resource('dynamodb').Table(name).scan()\n"
        },
        {"T": "real"},
        ["dynamodb.Scan TableName=real"],
    ),
    (
        "a repository with an injected table",
        {
            "app.py": HEAD + "from chalicelib.repo import Repo\n"
            "repo = Repo(boto3.resource('dynamodb').Table('orders'))\n"
            "@app.route('/', methods=['PUT'])\ndef v():\n    repo.save({})\n",
            "chalicelib/__init__.py": "",
            "chalicelib/repo.py": "class Repo:\n    def __init__(self, table):\n        self._table = table\n"
            "    def save(self, order):\n        self._table.update_item(Key={'id': 1})\n",
        },
        {},
        ["dynamodb.UpdateItem Key={id:1} TableName=orders"],
    ),
    (
        "a lazy singleton in another module",
        {
            "app.py": HEAD
            + "from chalicelib import db\n@app.route('/')\ndef v():\n    db.table().scan()\n",
            "chalicelib/db.py": "import boto3\n_table = None\ndef table():\n    global _table\n    if _table is None:\n"
            "        _table = boto3.resource('dynamodb').Table('t')\n    return _table\n",
        },
        {},
        ["dynamodb.Scan TableName=t"],
    ),
    (
        "cached functions, properties and a base class",
        {
            "app.py": HEAD
            + "from chalicelib.svc import Orders\n@app.route('/')\ndef v():\n    Orders().all()\n",
            "chalicelib/__init__.py": "",
            "chalicelib/svc.py": "import boto3\nfrom functools import lru_cache, cached_property\n"
            "@lru_cache(maxsize=None)\ndef resource():\n    return boto3.resource('dynamodb')\n"
            "class Base:\n    name = 'base'\n    @cached_property\n    def table(self):\n        return resource().Table(self.name)\n"
            "class Orders(Base):\n    name = 'orders'\n    def all(self):\n        return self.table.scan()\n",
        },
        {},
        ["dynamodb.Scan TableName=orders"],
    ),
    (
        "a decorator that rewrites arguments",
        {
            "app.py": HEAD
            + "import functools\ndef with_table(name):\n    def deco(f):\n        @functools.wraps(f)\n"
            "        def wrapper(*args, **kwargs):\n            return f(boto3.resource('dynamodb').Table(name), *args, **kwargs)\n"
            "        return wrapper\n    return deco\n"
            "@app.route('/{k}')\n@with_table('orders')\ndef v(table, k):\n    table.get_item(Key={'k': k})\n"
        },
        {},
        ["dynamodb.GetItem Key={k:{`k` of the path}} TableName=orders"],
    ),
    (
        "a settings class",
        {
            "app.py": HEAD + "from chalicelib.settings import settings\n@app.route('/')\ndef v():\n"
            "    boto3.resource('dynamodb').Table(settings.table).scan()\n",
            "chalicelib/settings.py": "import os\nclass Settings:\n    def __init__(self):\n        self.table = os.environ['TABLE']\nsettings = Settings()\n",
        },
        {"TABLE": "orders"},
        ["dynamodb.Scan TableName=orders"],
    ),
    (
        "pydantic settings",
        {
            "app.py": HEAD
            + "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    table_name: str\n    bucket: str = 'b'\n"
            "    class Config:\n        env_prefix = 'APP_'\ns = S()\n@app.route('/')\ndef v():\n"
            "    boto3.resource('dynamodb').Table(s.table_name).scan()\n    boto3.client('s3').head_bucket(Bucket=s.bucket)\n",
        },
        {"APP_TABLE_NAME": "t"},
        ["dynamodb.Scan TableName=t", "s3.HeadBucket Bucket=b"],
    ),
    (
        "a dataclass that holds the client",
        {
            "app.py": HEAD
            + "from dataclasses import dataclass, field\n@dataclass\nclass Store:\n    bucket: str\n"
            "    client: object = field(default_factory=lambda: boto3.client('s3'))\n"
            "    def put(self, key):\n        self.client.put_object(Bucket=self.bucket, Key=key)\n"
            "@app.route('/')\ndef v():\n    Store('b').put('k')\n"
        },
        {},
        ["s3.PutObject Bucket=b Key=k"],
    ),
    (
        "an enum of tables",
        {
            "app.py": HEAD
            + "from enum import Enum\nclass T(Enum):\n    ORDERS = 'orders'\n@app.route('/')\ndef v():\n"
            "    boto3.resource('dynamodb').Table(T.ORDERS.value).scan()\n"
        },
        {},
        ["dynamodb.Scan TableName=orders"],
    ),
    (
        "blueprints",
        {
            "app.py": HEAD + "from chalicelib.api import bp\napp.register_blueprint(bp)\n",
            "chalicelib/__init__.py": "",
            "chalicelib/api.py": "import boto3\nfrom chalice import Blueprint\nbp = Blueprint(__name__)\n@bp.route('/')\ndef v():\n    boto3.client('s3').list_buckets()\n",
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "a blueprint that nobody registers is not deployed",
        {
            "app.py": HEAD + "from chalicelib.api import bp\n",
            "chalicelib/__init__.py": "",
            "chalicelib/api.py": "import boto3\nfrom chalice import Blueprint\nbp = Blueprint(__name__)\n@bp.route('/')\ndef v():\n    boto3.client('s3').list_buckets()\n",
        },
        {},
        [],
    ),
    (
        "a cycle of imports",
        {
            "app.py": HEAD + "from chalicelib import a\n@app.route('/')\ndef v():\n    a.go()\n",
            "chalicelib/a.py": "import boto3\nfrom chalicelib import b\nNAME = 'n'\ndef go():\n    b.go()\n",
            "chalicelib/b.py": "import boto3\nfrom chalicelib import a\ndef go():\n    boto3.client('s3').head_bucket(Bucket=a.NAME)\n",
        },
        {},
        ["s3.HeadBucket Bucket=n"],
    ),
    (
        "relative imports and __init__ exports",
        {
            "app.py": HEAD
            + "from chalicelib import store\n@app.route('/')\ndef v():\n    store.get()\n",
            "chalicelib/__init__.py": "",
            "chalicelib/store/__init__.py": "from .impl import get\n",
            "chalicelib/store/impl.py": "from ..names import BUCKET\nimport boto3\ndef get():\n    boto3.client('s3').head_bucket(Bucket=BUCKET)\n",
            "chalicelib/names.py": "BUCKET = 'b'\n",
        },
        {},
        ["s3.HeadBucket Bucket=b"],
    ),
    (
        "recursion",
        {
            "app.py": HEAD
            + "def walk(n):\n    boto3.client('s3').list_buckets()\n    return walk(n - 1)\n@app.route('/')\ndef v():\n    walk(3)\n"
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "a subclass of Chalice",
        {
            "app.py": "import boto3\nfrom chalice import Chalice\nclass App(Chalice):\n    def helper(self):\n        boto3.client('s3').list_buckets()\n"
            "app = App(app_name='x')\n@app.route('/')\ndef v():\n    app.helper()\n"
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "a packaged JSON file",
        {
            "app.py": HEAD
            + "import json\nfrom os import path\nwith open(path.join(path.dirname(__file__), 'chalicelib', 'c.json')) as f:\n"
            "    C = json.load(f)\n@app.route('/')\ndef v():\n    boto3.resource('dynamodb').Table(C['t']).scan()\n",
            "chalicelib/c.json": '{"t": "orders"}',
        },
        {},
        ["dynamodb.Scan TableName=orders"],
    ),
    (
        "a helper that raises without the variable",
        {
            "app.py": HEAD
            + "def need(n):\n    v = os.environ.get(n)\n    if v is None:\n        raise RuntimeError(n)\n    return v\n"
            "T = need('TABLE')\n@app.route('/')\ndef v():\n    boto3.resource('dynamodb').Table(T).scan()\n"
        },
        {},
        ["dynamodb.Scan TableName={TABLE}"],
    ),
    (
        "a singleton made by __new__",
        {
            "app.py": HEAD
            + "class S:\n    _one = None\n    def __new__(cls):\n        if cls._one is None:\n            cls._one = super().__new__(cls)\n"
            "            cls._one.c = boto3.client('s3')\n        return cls._one\n@app.route('/')\ndef v():\n    S().c.list_buckets()\n"
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "clients put into globals()",
        {
            "app.py": HEAD
            + "for n in ('s3', 'sqs'):\n    globals()[n] = boto3.client(n)\n@app.route('/')\ndef v():\n    s3.list_buckets()\n"
        },
        {},
        ["s3.ListBuckets"],
    ),
    (
        "the websocket API",
        {
            "app.py": HEAD
            + "@app.on_ws_message()\ndef m(event):\n    app.websocket_api.send(connection_id=event.connection_id, message='x')\n"
        },
        {},
        ["apigatewaymanagementapi.PostToConnection ConnectionId={event.connection_id}"],
    ),
]


@pytest.mark.parametrize(
    ("files", "environment", "expected"), [p[1:] for p in PROJECTS], ids=[p[0] for p in PROJECTS]
)
def test_a_project(files: dict[str, str], environment: dict[str, str], expected: list[str]) -> None:
    assert calls(files, environment) == expected


def test_the_tables_hold_all_of_pythons_grammar() -> None:
    assert set(ast.expr.__subclasses__()) <= set(EVALUATORS)
    assert set(ast.stmt.__subclasses__()) - {getattr(ast, "TypeAlias", None)} <= set(EXECUTORS)


NO_ENTRY = [
    ("import boto3\n", "no function that Chalice deploys was found"),
    (
        "from shared.web import app\n",
        "`app` is `shared.web.app`, which is not followed, and so is what it deploys",
    ),
]


@pytest.mark.parametrize(("code", "why"), NO_ENTRY)
def test_nothing_that_is_deployed_is_said(code: str, why: str) -> None:
    assert [(one.what, one.why) for one in scanned({"app.py": code}).unattributed] == [("app", why)]


def test_a_library_that_calls_aws_is_told_of_once() -> None:
    found = scanned(
        {
            "app.py": HEAD + "import pynamodb\nimport chalicelib.models\n" + ROUTE.format("pass"),
            "chalicelib/models.py": "from pynamodb.models import Model\n",
        }
    )
    assert [one.what for one in found.unattributed] == ["import pynamodb"]


def test_a_later_table_is_not_forgotten() -> None:
    """What a call did is remembered only while nothing that it may read has changed."""
    found = calls(
        in_view(
            "s = Store()\ns.use('orders')\ns.get()\ns.use('users')\ns.get()",
            """
            class Store:
                def use(self, name):
                    self.table = boto3.resource('dynamodb').Table(name)
                def get(self):
                    self.table.scan()
            """,
        )
    )
    assert found == ["dynamodb.Scan TableName=orders", "dynamodb.Scan TableName=users"]


def test_settings_fill_holes() -> None:
    code = in_view("boto3.client('s3').head_bucket(Bucket=app.current_request.json_body['b'])")
    name = 'app.current_request.json_body["b"]'
    assert calls(code, values={name: "known"}) == ["s3.HeadBucket Bucket=known"]


def test_functions_and_import_time() -> None:
    found = scanned(
        """
        s = boto3.client('ssm').get_parameter(Name='/x')
        @app.schedule('rate(1 hour)')
        def nightly(event):
            boto3.client('s3').list_buckets()
        @app.on_sqs_message(queue='jobs')
        def worker(event):
            boto3.client('s3').list_buckets()
        """
    )
    assert [(e.function, e.kind, e.source) for e in found.entries] == [
        ("nightly", "schedule", None),
        ("worker", "on_sqs_message", "jobs"),
    ]
    assert [(c.function, c.call.operation, c.call.at_import) for c in found.calls] == [
        ("", "GetParameter", True),
        ("nightly", "ListBuckets", False),
        ("worker", "ListBuckets", False),
    ]


def test_the_path_to_a_call() -> None:
    found = scanned(
        """
        def save():
            boto3.client('s3').list_buckets()
        @app.route('/orders', methods=['POST'])
        def create():
            save()
        """
    )
    (located,) = found.calls
    assert [frame.function for frame in located.call.path] == ["POST /orders", "create", "save"]
    assert (located.call.span.line, located.call.span.column) == (6, 5)


def test_what_hangs_on_a_setting() -> None:
    found = scanned(in_view("if os.environ['AUDIT']:\n    boto3.client('s3').list_buckets()"))
    assert [str(hole) for located in found.calls for hole in located.call.hangs_on] == ["{AUDIT}"]


def test_what_is_not_attributed() -> None:
    found = scanned(in_view("import mylib\nmylib.client().put_item(TableName='t', Item={})"))
    assert [(one.span.line, one.what) for one in found.unattributed] == [
        (8, "mylib.client().put_item")
    ]


MASKS = [
    (
        "a plain dict with a status",
        "return {'statusCode': 500, 'body': 'x'}",
        [("status-in-body", "500")],
    ),
    ("a status of success", "return {'statusCode': 200}", []),
    ("a Response", "from chalice import Response\nreturn Response(body='x', status_code=500)", []),
    (
        "a helper's dict",
        "def err():\n    return {'statusCode': 404}\nreturn err()",
        [("status-in-body", "404")],
    ),
    (
        "swallowed",
        "try:\n    boto3.client('s3').list_buckets()\nexcept Exception:\n    pass",
        [("swallowed", "silent")],
    ),
    (
        "logged",
        "try:\n    boto3.client('s3').list_buckets()\nexcept Exception as e:\n    app.log.error(e)",
        [("swallowed", "logs")],
    ),
    (
        "raised again",
        "try:\n    boto3.client('s3').list_buckets()\nexcept Exception as e:\n    raise ValueError(e)",
        [],
    ),
    ("nothing of AWS in it", "try:\n    int('x')\nexcept Exception:\n    pass", []),
    (
        "a narrow except",
        "try:\n    boto3.client('s3').list_buckets()\nexcept KeyError:\n    pass",
        [],
    ),
    (
        "kept in a table",
        "try:\n    boto3.client('s3').list_buckets()\nexcept Exception as e:\n    store.keep(e)",
        [],
    ),
    (
        "answers with what it built",
        "try:\n    boto3.client('s3').list_buckets()\nexcept Exception as e:\n    return problem(e)",
        [],
    ),
]


@pytest.mark.parametrize(("body", "expected"), [m[1:] for m in MASKS], ids=[m[0] for m in MASKS])
def test_masks(body: str, expected: list[tuple[str, str]]) -> None:
    assert [(mask.kind, mask.detail) for mask in scanned(in_view(body)).masks] == expected


def test_a_callback_is_charged_to_every_function_that_hands_it_over() -> None:
    found = scanned(
        """
        import lib
        def go():
            boto3.client('s3').list_buckets()
        @app.schedule('rate(1 hour)')
        def one(event):
            lib.call(go)
        @app.schedule('rate(1 hour)')
        def two(event):
            lib.call(go)
        """
    )
    assert [located.function for located in found.calls] == ["one", "two"]
