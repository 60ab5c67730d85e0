"""Files of a project: imports of both kinds, tsconfig paths, TypeScript's own syntax, JSON."""

from __future__ import annotations

import pytest

from tests.scan.javascript.js import HEAD, calls, scanned

HANDLER = "export const handler = async (event) => { await put(K) };"
K_IMPORT = HEAD + "import { K } from './names';\n" + HANDLER

# (what it shows, files, entry); each puts the key `k`
MODULES = [
    ("named", {"app.mjs": K_IMPORT, "names.mjs": "export const K = 'k'"}),
    ("with an extension", {"app.ts": K_IMPORT.replace("./names", "./names.js"), "names.ts": "export const K: string = 'k'"}),
    ("folder", {"app.ts": K_IMPORT, "names/index.ts": "export const K = 'k'"}),
    ("renamed", {"app.mjs": K_IMPORT, "names.mjs": "const x = 'k'; export { x as K }"}),
    ("re-exported", {"app.mjs": K_IMPORT, "names.mjs": "export { Z as K } from './z'", "z.js": "export const Z = 'k'"}),
    ("star", {"app.mjs": K_IMPORT, "names.mjs": "export * from './z'", "z.js": "export const K = 'k'"}),
    ("star of stars in a circle", {"app.mjs": K_IMPORT, "names.mjs": "export * from './z'", "z.mjs": "export * from './names'; export const K = 'k'"}),
    ("star as", {"app.mjs": HEAD + "import { z } from './names'; const K = z.K;" + HANDLER, "names.mjs": "export * as z from './z'", "z.js": "export const K = 'k'"}),
    ("default", {"app.mjs": HEAD + "import K from './names';" + HANDLER, "names.mjs": "export default 'k'"}),
    ("default function", {"app.mjs": HEAD + "import f from './names'; const K = f();" + HANDLER, "names.mjs": "export default function () { return 'k' }"}),
    ("namespace", {"app.mjs": HEAD + "import * as n from './names'; const K = n.K;" + HANDLER, "names.mjs": "export const K = 'k'"}),
    ("of CommonJS", {"app.mjs": K_IMPORT, "names.js": "module.exports = { K: 'k' }"}),
    ("default of CommonJS", {"app.mjs": HEAD + "import n from './names'; const K = n.K;" + HANDLER, "names.js": "exports.K = 'k'"}),
    ("require", {"app.mjs": HEAD + "const { K } = require('./names');" + HANDLER, "names.js": "exports.K = 'k'"}),
    ("require of a function", {"app.mjs": HEAD + "const K = require('./names')('k');" + HANDLER, "names.js": "module.exports = (x) => x"}),
    ("require of a module", {"app.mjs": HEAD + "const K = require('./names').default;" + HANDLER, "names.mjs": "export default 'k'"}),
    ("JSON", {"app.mjs": HEAD + "import c from './names.json' with { type: 'json' }; const K = c.a[0];" + HANDLER, "names.json": '{"a": ["k"]}'}),
    ("JSON by require", {"app.mjs": HEAD + "const K = require('./names').a;" + HANDLER, "names.json": '{"a": "k"}'}),
    ("circle", {"app.mjs": K_IMPORT + "export const P = 'k';", "names.mjs": "import { P } from './app'; export const K = 'k'; export const late = () => P"}),
    ("parent folder", {"app.mjs": HEAD + "import { K } from './a/b';" + HANDLER, "a/b.mjs": "export { K } from '../c'", "c.mjs": "export const K = 'k'"}),
    ("tsconfig paths", {"app.ts": HEAD + "import { K } from '@lib/names';" + HANDLER, "src/lib/names.ts": "export const K = 'k'", "tsconfig.json": '{\n// a comment\n"compilerOptions": {"baseUrl": ".", "paths": {"@lib/*": ["src/lib/*"],}},}'}),
    ("tsconfig extended", {"app.ts": HEAD + "import { K } from '#n';" + HANDLER, "n.ts": "export const K = 'k'", "tsconfig.json": '{"extends": "./base.json"}', "base.json": '{"compilerOptions": {"paths": {"#n": ["./n.ts"]}}}'}),
    ("import equals", {"app.ts": HEAD + "import n = require('./names'); const K = n.K;" + HANDLER, "names.ts": "const x = { K: 'k' }; export = x"}),
    ("types", {"app.ts": HEAD + "import type { T } from './gone'; import { U } from './gone-too'; type V = U; interface W { a: string } declare const z: string; const K = (<V>'k') as string satisfies string;" + HANDLER.replace("(event)", "(event: any): Promise<void>")}),
    ("enum", {"app.ts": HEAD + "enum E { A = 'k', B = 1, C } const K = E.A.replace('k', 'k') + (E.C === 2 ? '' : 'x');" + HANDLER}),
    ("parameter properties", {"app.ts": HEAD + "class R { constructor(private readonly n: string, public m?: number) {} get() { return this.n! } } const K = new R('k').get();" + HANDLER}),
    ("generics and this", {"app.ts": HEAD + "function id<T>(this: void, x: T, ...r: T[]): T { return x } const K = id<string>('k');" + HANDLER}),
    ("abstract class", {"app.ts": HEAD + "abstract class A { abstract n(): string; get() { return this.n() } } class B extends A implements I { n() { return 'k' } } const K = new B().get();" + HANDLER}),
    ("tsx", {"app.tsx": HEAD + "const K = 'k'; const p = <b>x</b>;" + HANDLER}),
]  # fmt: skip


@pytest.mark.parametrize("files", [row[1] for row in MODULES], ids=[row[0] for row in MODULES])
def test_modules(files: dict[str, str]) -> None:
    found = scanned(files)
    assert calls(found) == ["s3.PutObject Bucket=b Key=k"]
    assert found.problems == ()
    assert found.unattributed == ()


def test_a_file_that_is_not_there() -> None:
    found = scanned(
        {"app.mjs": HEAD + "import { f } from './gone';\nexport const handler = () => f()"}
    )
    assert [(str(one.span), one.message) for one in found.problems] == [
        ("app.mjs:8:1", "`./gone` was not found")
    ]


@pytest.mark.parametrize(
    ("files", "entry", "handler", "message"),
    [
        ({"a.js": ""}, "app", "handler", "`app` was not found"),
        ({"app.json": "{}"}, "app", "handler", "`app` was not found"),
        ({"app.js": "exports.x = 1"}, "app", "handler", "`app.js` exports no `handler`"),
        (
            {"app.js": "exports.handler = require('nest').make()"},
            "app",
            "handler",
            "`handler` is `nest.make()`, which is not followed",
        ),
        ({"app.js": ""}, "../app", "handler", "`../app` was not found"),
    ],
)
def test_no_handler(files: dict[str, str], entry: str, handler: str, message: str) -> None:
    found = scanned(files, entry=entry, handler=handler)
    told = [one.message for one in found.problems] + [one.why for one in found.unattributed]
    assert told == [message]


def test_a_nested_handler() -> None:
    files = {
        "src/app.js": HEAD.replace("import", "\nimport")
        + "exports.api = { create: () => put('k') }"
    }
    assert calls(scanned(files, entry="src/app", handler="api.create")) == [
        "s3.PutObject Bucket=b Key=k"
    ]
