// The conversation of bench/sdks.py through the AWS SDK for JavaScript v3: JSON on standard input
// and output. The first argument is the folder whose node_modules hold the SDK.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
// Of several protocols: CBOR, as the SDKs for Java and Go do of themselves.
const { AwsSmithyRpcV2CborProtocol } = require("@aws-sdk/core/protocols");
const SPOKEN = { cloudwatch: { protocol: AwsSmithyRpcV2CborProtocol } };
const PACKAGES = { secretsmanager: "secrets-manager" };

async function told(service, operation, params, credentials) {
  const sdk = require(`@aws-sdk/client-${PACKAGES[service] ?? service}`);
  const made = Object.values(sdk).find(
    (one) => typeof one === "function" && /Client$/.test(one.name) && one.name !== "Client",
  );
  const client = new made({ maxAttempts: 1, forcePathStyle: true, ...SPOKEN[service], ...(credentials && { credentials }) });
  try {
    const answer = await client.send(new sdk[`${operation}Command`](params));
    return [answer, { code: null, class: null }];
  } catch (error) {
    return [null, { code: error.Code ?? error.name, class: error.constructor.name }];
  } finally {
    client.destroy();
  }
}

const credentials = (found) => ({
  accessKeyId: found.AccessKeyId,
  secretAccessKey: found.SecretAccessKey,
  sessionToken: found.SessionToken,
});

const asked = JSON.parse(readFileSync(0, "utf8"));
const lines = [];
for (const one of asked.made) lines.push((await told(...one))[1]);
const [key] = await told("iam", "CreateAccessKey", { UserName: asked.user });
let answer, line;
for (const params of asked.assume) {
  [answer, line] = await told("sts", "AssumeRole", params, credentials(key.AccessKey));
  lines.push(line);
}
const session = credentials(answer.Credentials);
for (const one of asked.calls) lines.push((await told(...one, session))[1]);
const version = require("@aws-sdk/client-sts/package.json").version;
console.log(JSON.stringify({ version: `${version}, Node.js ${process.version}`, lines }));
