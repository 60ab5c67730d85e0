// The ways of bench/ways.py through the AWS SDK for JavaScript v3: JSON on standard input and output.
// The first argument is the folder whose node_modules hold the SDK.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const asked = JSON.parse(readFileSync(0, "utf8"));
const s3sdk = require("@aws-sdk/client-s3");
const providers = require("@aws-sdk/credential-providers");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { Upload } = require("@aws-sdk/lib-storage");
const CALLS = {
  sts: ["@aws-sdk/client-sts", "STSClient", "GetCallerIdentityCommand"],
  dynamodb: ["@aws-sdk/client-dynamodb", "DynamoDBClient", "ListTablesCommand"],
  s3: ["@aws-sdk/client-s3", "S3Client", "ListBucketsCommand"],
  ec2: ["@aws-sdk/client-ec2", "EC2Client", "DescribeVpcsCommand"],
};

async function call(service, options) {
  const [name, client, command] = CALLS[service];
  const sdk = require(name);
  const made = new sdk[client]({ maxAttempts: 1, forcePathStyle: true, ...options });
  try {
    return await made.send(new sdk[command]({}));
  } finally {
    made.destroy();
  }
}
const credentials = ([accessKeyId, secretAccessKey, sessionToken]) => ({
  accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }),
});
async function code(service, keys) {
  try {
    await call(service, { credentials: credentials(keys) });
    return "answered";
  } catch (error) {
    return error.Code ?? error.name;
  }
}
async function who(options, environment = {}) {
  Object.assign(process.env, environment);
  try {
    const { Arn } = await call("sts", options);
    return Arn.split(":")[5].split("/").slice(0, -1).join("/");
  } catch (error) {
    return `${error.name}: ${error.message}`.slice(0, 200);
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}
const fetched = async (url) => String((await fetch(url)).status);
async function copied(Key, options = {}) {
  const client = new s3sdk.S3Client({ forcePathStyle: true, ...options });
  const Body = Buffer.from(asked.piece.repeat(asked.pieces));
  await new Upload({ client, params: { Bucket: asked.bucket, Key, Body } }).done();
  const found = await client.send(new s3sdk.GetObjectCommand({ Bucket: asked.bucket, Key }));
  return Buffer.from(await found.Body.transformToByteArray()).equals(Body) ? "same" : "other";
}

const got = {};
got["multipart there and back"] = await copied("large");
got["chunks over TLS"] = await copied("chunked", { endpoint: asked.tls, credentials: credentials(asked.tls_keys) });
const Key = "large";
const s3 = new s3sdk.S3Client({ forcePathStyle: true });
const url = await getSignedUrl(s3, new s3sdk.GetObjectCommand({ Bucket: asked.bucket, Key }));
got["presigned"] = await fetched(url);
got["presigned, another key"] = await fetched(url.replace(Key, `${Key}-other`));
for (const service of Object.keys(CALLS))
  got[`wrong secret, ${service}`] = await code(service, asked.wrong);
for (const service of ["sts", "dynamodb", "s3"])
  got[`expired, ${service}`] = await code(service, asked.expired);
delete process.env.AWS_ACCESS_KEY_ID;
delete process.env.AWS_SECRET_ACCESS_KEY;
got["role_arn of a profile"] = await who({ credentials: providers.fromIni({ profile: "assuming" }) });
got["credential_process"] = await who({ credentials: providers.fromProcess({ profile: "process" }) });
got["container endpoint"] = await who({}, asked.container);
got["instance metadata"] = await who({}, asked.instance);
console.log(JSON.stringify(got));
