"""Tables of JavaScript and TypeScript and the AWS calls they make, judged by reading the code as
Node.js runs it. `put(key)` stands for an S3 PutObject with that key in bucket `b`."""

from __future__ import annotations

import pytest

from remit.core.text import Hole, HoleKind
from tests.scan.javascript.js import HEAD, calls, in_handler, scanned


def keys(*names: str) -> list[str]:
    return sorted(f"s3.PutObject Bucket=b Key={name}" for name in names)


# (what it shows, before the handler, its body, keys that are put)
VALUES = [
    ("constant", "const K = 'a';", "await put(K)", ["a"]),
    ("template", "const K = 'a';", "await put(`x/${K}/${event.id}`)", ["x/a/{event.id}"]),
    ("concatenation", "", "await put('x/' + event.a.b + '.json')", ["x/{event.a.b}.json"]),
    ("plus assign", "", "let k = 'a'; k += '/b'; await put(k)", ["a/b"]),
    ("number in text", "", "await put(`n${1 + 2}`)", ["n3"]),
    ("escape", "", r"await put('a\u0062\x63\n'.trim())", ["abc"]),
    ("upper", "", "await put('ab'.toUpperCase())", ["AB"]),
    ("lower of a part", "", "await put(`A${event.x}B`.toLowerCase())", ["a{event.x}b"]),
    ("replace", "", "await put('a-b-c'.replace('-', '_'))", ["a_b-c"]),
    ("replace all", "", "await put('a-b-c'.replace(/-/g, '_'))", ["a_b_c"]),
    ("slice", "", "await put('abcdef'.slice(1, -1))", ["bcde"]),
    ("substring swaps", "", "await put('abcdef'.substring(4, 1))", ["bcd"]),
    ("substr", "", "await put('abcdef'.substr(-3, 2))", ["de"]),
    ("split and index", "", "await put('a:b:c'.split(':')[1])", ["b"]),
    ("split of a text in part", "", "await put(`a/${event.x}/c`.split('/')[2])", ["c"]),
    ("join", "", "await put(['a', event.x, 'c'].join('/'))", ["a/{event.x}/c"]),
    ("pad", "", "await put('7'.padStart(3, '0'))", ["007"]),
    ("concat", "", "await put('a'.concat('b', 'c'))", ["abc"]),
    ("default by ||", "", "await put(process.env.NONE || 'd')", ["d"]),
    ("default by ??", "", "await put(process.env.NONE ?? 'd')", ["d"]),
    ("set variable", "", "await put(process.env.NAME ?? 'd')", ["set"]),
    ("&&", "", "const k = process.env.NAME && 'yes'; await put(k)", ["yes"]),
    ("&& then ||", "", "await put((event.x && 'a') || 'b')", ["a", "b"]),
    ("||= ", "", "let k; k ||= 'late'; await put(k)", ["late"]),
    ("undecided ||", "", "await put(event.k || 'd')", ["d", "{event.k}"]),
    ("ternary, decided", "", "await put(process.env.NAME === 'set' ? 'y' : 'n')", ["y"]),
    ("ternary, both", "", "await put(event.x ? 'y' : 'n')", ["n", "y"]),
    (
        "destructured env",
        "const { NAME, NONE = 'd' } = process.env;",
        "await put(NAME + NONE)",
        ["setd"],
    ),
    ("renamed env", "const { NAME: n } = process.env;", "await put(n)", ["set"]),
    ("env by subscript", "", "await put(process.env['NAME'])", ["set"]),
    ("env in a name", "const env = process.env;", "await put(env.NAME)", ["set"]),
    ("env by import", "import { env } from 'node:process';", "await put(env.NAME)", ["set"]),
    ("unset variable", "", "await put(`x-${process.env.NONE}`)", ["x-{NONE}"]),
    ("object", "const c = { a: { b: 'k' } };", "await put(c.a.b)", ["k"]),
    (
        "spread",
        "const c = { k: 'a', l: 'l' };",
        "const d = { ...c, k: 'b' }; await put(d.k + d.l)",
        ["bl"],
    ),
    ("shorthand", "", "const k = 'a'; const o = { k }; await put(o.k)", ["a"]),
    ("computed key", "const n = 'k';", "const o = { [n]: 'a' }; await put(o.k)", ["a"]),
    (
        "nested pattern",
        "",
        "const { a: { b: [, x] } } = { a: { b: ['n', 'y'] } }; await put(x)",
        ["y"],
    ),
    ("rest of an object", "", "const { a, ...r } = { a: 1, k: 'b' }; await put(r.k)", ["b"]),
    ("array pattern", "", "const [a, ...[b]] = ['x', 'y']; await put(a + b)", ["xy"]),
    ("swap", "", "let a = 'x', b = 'y'; [a, b] = [b, a]; await put(a)", ["y"]),
    ("optional chain", "const c = { a: 'k' };", "await put(c?.a)", ["k"]),
    ("optional chain on nothing", "let c;", "await put(c?.a ?? 'd')", ["d"]),
    ("by index", "const c = { dev: 'd', prod: 'p' };", "await put(c[process.env.STAGE])", ["p"]),
    ("by any index", "const c = { dev: 'd', prod: 'p' };", "await put(c[event.stage])", ["d", "p"]),
    ("frozen", "const c = Object.freeze({ k: 'a' });", "await put(c.k)", ["a"]),
    ("assign", "", "const o = Object.assign({}, { k: 'a' }); await put(o.k)", ["a"]),
    (
        "map object",
        "const m = new Map([['a', 'x']]);",
        "m.set('b', 'y'); await put(m.get('b'))",
        ["y"],
    ),
    ("JSON.parse", 'const c = JSON.parse(\'{"k": "a"}\');', "await put(c.k)", ["a"]),
    ("encode", "", "await put(encodeURIComponent('a b'))", ["a%20b"]),
    (
        "path.join",
        "import path from 'path';",
        "await put(path.join('a', '../b', event.id))",
        ["a/../b/{event.id}"],
    ),
    (
        "path.join, known",
        "import { join } from 'node:path';",
        "await put(join('a', '../b', 'c'))",
        ["b/c"],
    ),
    ("comma", "", "await put((1, 'a'))", ["a"]),
    ("typeof", "", "await put(typeof event === 'x' ? 'a' : 'b')", ["a", "b"]),
    ("typeof unset", "", "await put(typeof process.env.NONE === 'undefined' ? 'a' : 'b')", ["a"]),
    ("data of the moment", "", "await put(`x/${Date.now()}`)", ["x/{Date.now()}"]),
]


@pytest.mark.parametrize(
    ("before", "body", "expected"), [c[1:] for c in VALUES], ids=[c[0] for c in VALUES]
)
def test_values(before: str, body: str, expected: list[str]) -> None:
    found = scanned(in_handler(body, before), {"NAME": "set", "STAGE": "prod"})
    assert calls(found) == keys(*expected)
    assert found.problems == ()


FLOW = [
    (
        "if, decided",
        "",
        "if (process.env.STAGE === 'prod') { await put('a') } else { await put('b') }",
        ["a"],
    ),
    ("if, both ways", "", "if (event.x) await put('a'); else await put('b')", ["a", "b"]),
    (
        "joined after if",
        "",
        "let k; if (event.x) { k = 'a' } else { k = 'b' } await put(k)",
        ["a", "b"],
    ),
    (
        "only what was set",
        "",
        "let k = 'd'; if (event.x) { k = 'a'; } else { k = 'b' } await put(k)",
        ["a", "b"],
    ),
    ("in its branch", "", "let k = 'd'; if (event.x) { k = 'a'; await put(k); }", ["a"]),
    ("early return", "", "if (event.x) { return; } await put('a')", ["a"]),
    ("never reached", "", "return 1; await put('a')", []),
    ("throw", "", "throw new Error('x'); await put('a')", []),
    ("not after a decided return", "", "if (process.env.NAME) return; await put('a')", []),
    (
        "missing setting",
        "if (!process.env.NONE) { throw new Error('x') }",
        "await put(process.env.NONE)",
        ["{NONE}"],
    ),
    ("for of", "", "for (const k of ['a', 'b']) await put(k)", ["a", "b"]),
    (
        "for of data",
        "",
        "for (const r of event.Records) await put(r.s3.key)",
        ["{event.Records[].s3.key}"],
    ),
    ("for in", "", "for (const k in { a: 1, b: 2 }) await put(k)", ["a", "b"]),
    ("for counter", "", "for (let i = 0; i < 3; i++) await put(`n${i}`)", ["n{i}"]),
    ("while", "", "let k = 'a'; while (event.more) { await put(k); k = 'b'; }", ["a", "b"]),
    ("while false", "", "while (false) { await put('a') }", []),
    (
        "growing text",
        "",
        "let k = ''; while (event.more) { k += 'x'; } await put('p' + k)",
        ["p{`k` of a loop}", "p{`k` of a loop}x"],
    ),
    (
        "do while",
        "",
        "let k = 'a'; do { await put(k); k = event.next } while (k)",
        ["a", "{event.next}"],
    ),
    (
        "break",
        "",
        "let k = 'a'; for (;;) { if (event.x) { k = 'b'; break; } } await put(k)",
        ["a", "b"],
    ),
    (
        "labelled",
        "",
        "a: for (const x of [1]) { for (const y of [1]) { continue a; } await put('a') } await put('b')",
        ["b"],
    ),
    (
        "switch, decided",
        "",
        "switch (process.env.STAGE) { case 'dev': await put('a'); break; case 'prod': await put('b'); break; default: await put('c') }",
        ["b"],
    ),
    (
        "switch, open",
        "",
        "switch (event.t) { case 'x': await put('a'); break; case 'y': await put('b'); default: await put('c') }",
        ["a", "b", "c"],
    ),
    (
        "switch falls",
        "",
        "let k; switch (process.env.STAGE) { case 'prod': case 'live': k = 'p'; break; default: k = 'd' } await put(k)",
        ["p"],
    ),
    (
        "switch joins",
        "",
        "let k; switch (event.t) { case 'x': k = 'a'; break; case 'y': k = 'b'; break; } await put(k)",
        ["a", "b"],
    ),
    ("try", "", "let k; try { k = 'a' } catch (e) { k = 'b' } await put(k)", ["a", "b"]),
    ("finally", "", "try { await put('a') } finally { await put('b') }", ["a", "b"]),
    ("catch only", "", "try { throw new Error() } catch { await put('a') }", ["a"]),
    (
        "cached client",
        "let c; const get = () => { if (!c) { c = new S3Client({}) } return c };",
        "await get().send(new PutObjectCommand({ Bucket: 'b', Key: 'a' }))",
        ["a"],
    ),
    (
        "warm start",
        "let n;",
        "if (n) { await put('warm') } else { await put('cold') } n = 1;",
        ["cold", "warm"],
    ),
]


@pytest.mark.parametrize(
    ("before", "body", "expected"), [c[1:] for c in FLOW], ids=[c[0] for c in FLOW]
)
def test_flow(before: str, body: str, expected: list[str]) -> None:
    found = scanned(in_handler(body, before), {"NAME": "set", "STAGE": "prod"})
    assert calls(found) == keys(*expected)


FUNCTIONS = [
    ("declared below", "", "await f('a'); async function f(k) { await put(k) }", ["a"]),
    (
        "hoisted in the module",
        "",
        "await f('a') }; function f(k) { return put(k) } const z = () => {",
        ["a"],
    ),
    (
        "arrow with a default",
        "const f = (k = 'd') => put(k);",
        "await f(); await f('a')",
        ["a", "d"],
    ),
    (
        "pattern as parameter",
        "const f = ({ k, x = 'y' }) => put(k + x);",
        "await f({ k: 'a' })",
        ["ay"],
    ),
    ("rest parameter", "const f = (...ks) => put(ks[1]);", "await f('a', 'b')", ["b"]),
    ("spread argument", "const f = (a, b) => put(b);", "await f(...['a', 'b'])", ["b"]),
    ("closure", "const make = (p) => (k) => put(p + k);", "await make('x/')('a')", ["x/a"]),
    (
        "returned object",
        "const make = () => ({ save: (k) => put(k) });",
        "await make().save('a')",
        ["a"],
    ),
    (
        "method shorthand",
        "const o = { p: 'x', save(k) { return put(this.p + k) } };",
        "await o.save('a')",
        ["xa"],
    ),
    ("getter", "const o = { get k() { return 'a' } };", "await put(o.k)", ["a"]),
    (
        "class",
        "class R { constructor(p) { this.p = p } save(k) { return put(this.p + k) } }",
        "await new R('x/').save('a')",
        ["x/a"],
    ),
    (
        "class fields",
        "class R { p = 'x/'; #q = 'y/'; save = (k) => put(this.p + this.#q + k) }",
        "await new R().save('a')",
        ["x/y/a"],
    ),
    (
        "static",
        "class R { static p = 'x/'; static save(k) { return put(R.p + k) } }",
        "await R.save('a')",
        ["x/a"],
    ),
    (
        "inherited",
        "class A { save(k) { return put(this.p() + k) } } class B extends A { p() { return 'x/' } }",
        "await new B().save('a')",
        ["x/a"],
    ),
    (
        "super",
        "class A { constructor(p) { this.p = p } } class B extends A { constructor() { super('x/') } save() { return put(this.p) } }",
        "await new B().save()",
        ["x/"],
    ),
    (
        "super method",
        "class A { k() { return 'a' } } class B extends A { k() { return super.k() + 'b' } }",
        "await put(new B().k())",
        ["ab"],
    ),
    (
        "prototype",
        "function R(p) { this.p = p } R.prototype.save = function (k) { return put(this.p + k) };",
        "await new R('x/').save('a')",
        ["x/a"],
    ),
    ("map", "", "await Promise.all(['a', 'b'].map((k) => put(k)))", ["a", "b"]),
    (
        "map of data",
        "",
        "await Promise.all(event.Records.map(async (r) => { await put(r.k) }))",
        ["{event.Records[].k}"],
    ),
    (
        "a library's map",
        "import { ctx } from 'x';",
        "await ctx.map('name', ['a'], async (k) => { await put('a') })",
        ["a"],
    ),
    (
        "resolvers in objects",
        "import { Schema } from 'x'; const s = new Schema({ f: { g: { resolve: () => put('a') } } });",
        "s.run()",
        ["a"],
    ),
    (
        "a factory for a library",
        "import { scope } from 'x'; const f = scope((m) => async (e) => put(e.k));",
        "await f(event)",
        ["{event.k}", "{an argument from a library.k}"],
    ),
    ("forEach", "", "['a', 'b'].forEach((k) => put(k))", ["a", "b"]),
    ("filter", "", "['a', 'b'].filter((k) => k !== 'a').forEach((k) => put(k))", ["b"]),
    ("reduce", "", "await put(['a', 'b'].reduce((t, k) => t + k, 'x'))", ["xab"]),
    ("find", "", "await put(['a', 'b'].find((k) => k === 'b'))", ["b"]),
    ("flatMap", "", "['a'].flatMap((k) => [k, k + 'b']).map((k) => put(k))", ["a", "ab"]),
    ("keys", "", "Object.keys({ a: 1, b: 2 }).map((k) => put(k))", ["a", "b"]),
    ("entries", "", "for (const [k, v] of Object.entries({ a: 'x' })) await put(k + v)", ["ax"]),
    (
        "push",
        "",
        "const l = []; l.push('a'); l.push('b'); for (const k of l) await put(k)",
        ["a", "b"],
    ),
    ("set", "", "for (const k of new Set(['a'])) await put(k)", ["a"]),
    (
        "then",
        "",
        "return Promise.resolve('a').then((k) => put(k)).then(() => put('z'))",
        ["a", "z"],
    ),
    ("catch", "", "return put('a').catch(() => put('z'))", ["a", "z"]),
    ("new Promise", "", "const k = await new Promise((ok) => ok('a')); await put(k)", ["a"]),
    (
        "bind",
        "function f(a, b) { return put(this.p + a + b) }",
        "await f.bind({ p: 'x' }, 'a')('b')",
        ["xab"],
    ),
    (
        "call and apply",
        "function f(a) { return put(this.p + a) }",
        "await f.call({ p: 'x' }, 'a'); await f.apply({ p: 'y' }, ['b'])",
        ["xa", "yb"],
    ),
    (
        "recursion",
        "const f = async (n) => { await put(`k${n}`); if (n > 0) await f(n - 1) };",
        "await f(event.n)",
        ["k{event.n}"],
    ),
    (
        "generator",
        "function* g() { yield 'a'; yield 'b' }",
        "for (const k of g()) await put(k)",
        ["a", "b"],
    ),
    (
        "given to a library",
        "import retry from 'async-retry';",
        "await retry(async () => { await put('a') })",
        ["a"],
    ),
    (
        "an event emitter",
        "import bus from 'bus'; bus.on('x', (m) => put('a'));",
        "bus.emit('x')",
        ["a"],
    ),
    (
        "table of functions",
        "const t = { x: () => put('a'), y: () => put('b') };",
        "await t[event.type]()",
        ["a", "b"],
    ),
    ("IIFE", "", "await (async () => { await put('a') })()", ["a"]),
    ("arguments", "function f() { return put(arguments[0]) }", "await f('a')", ["a"]),
]


@pytest.mark.parametrize(
    ("before", "body", "expected"), [c[1:] for c in FUNCTIONS], ids=[c[0] for c in FUNCTIONS]
)
def test_functions(before: str, body: str, expected: list[str]) -> None:
    found = scanned(in_handler(body, before))
    assert calls(found) == keys(*expected)


MORE = [
    ("called again after a change", "let k = 'a'; const f = () => put(k);", "await f(); k = 'b'; await f()", ["a", "b"]),
    ("left early with a change", "let n; const f = (x) => { if (x) { n = 'a'; return } n = 'b' };", "f(event.x); await put(n)", ["a", "b"]),
    ("stopped anywhere in try", "", "let k = 'a'; try { k = 'b'; await event() } catch { await put(k) }", ["a", "b"]),
    ("index of map", "", "['x', 'y'].map((k, i) => put(k + i))", ["x0", "y1"]),
    ("fields after super", "class A { constructor() { this.p = 'x' } } class B extends A { q = 'y'; constructor() { super() } save() { return put(this.p + this.q) } }", "await new B().save()", ["xy"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "body", "expected"), [c[1:] for c in MORE], ids=[c[0] for c in MORE]
)
def test_changes(before: str, body: str, expected: list[str]) -> None:
    assert calls(scanned(in_handler(body, before))) == keys(*expected)


def test_the_functions_own_name_is_assigned() -> None:
    (located,) = scanned(in_handler("await put(context.functionName)")).calls
    assert located.call.params["Key"] == Hole(HoleKind.ASSIGNED, "context.functionName")


HANDLERS = [
    ("function", "export async function handler(e) { await put('a') }"),
    ("class expression", "const handler = async () => put('a'); export { handler }"),
    ("alias", "const h = async () => put('a'); export { h as handler }"),
    ("CommonJS beside", "exports.handler = async () => put('a')"),
    ("module.exports", "module.exports = { handler: async () => put('a') }"),
    ("module.exports.handler", "module.exports.handler = async () => { await put('a') }"),
    (
        "middy",
        "import middy from '@middy/core'; export const handler = middy(async () => put('a')).use(thing())",
    ),
    (
        "middy.handler",
        "import middy from '@middy/core'; export const handler = middy().use(thing()).handler(async () => put('a'))",
    ),
    (
        "any wrapper",
        "import * as Sentry from '@sentry/serverless'; export const handler = Sentry.AWSLambda.wrapHandler(async () => put('a'))",
    ),
    (
        "class instance",
        "class L { async handler() { await this.f() } f() { return put('a') } } const l = new L(); export const handler = l.handler.bind(l)",
    ),
    (
        "express",
        "import express from 'express'; import serverless from 'serverless-http'; const app = express(); app.get('/', async (q, r) => { await put('a') }); export const handler = serverless(app)",
    ),
    ("default object", "export default { handler: async () => put('a') }"),
]


@pytest.mark.parametrize("source", [c[1] for c in HANDLERS], ids=[c[0] for c in HANDLERS])
def test_handlers(source: str) -> None:
    found = scanned(HEAD + source)
    assert calls(found) == keys("a")
    assert not any(located.call.at_import for located in found.calls)
    assert [(entry.name, entry.function) for entry in found.entries] == [("handler", "F")]
