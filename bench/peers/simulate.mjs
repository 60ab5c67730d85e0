// @cloud-copilot/iam-simulate: its core engine with policies loaded before, which is its fastest
// entry. The protocol is that of loop.py. Argument: the folder with node_modules.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const modules = join(process.argv[2], 'node_modules', '@cloud-copilot');
const from = (path) => import(pathToFileURL(join(modules, path)));
const { loadPolicy } = await from('iam-policy/dist/esm/index.js');
const core = await from('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js');
const { AwsRequestImpl } = await from('iam-simulate/dist/esm/request/request.js');
const { RequestContextImpl } = await from('iam-simulate/dist/esm/requestContext.js');
const keys = await from('iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js');

const parameters = {
  simulationMode: 'Strict',
  discoveryContextKeyConstraints: new keys.DiscoveryContextKeyConstraints([]),
};
const all = (documents) => documents.map((one, i) => loadPolicy(one, { name: `policy${i}` }));

function load(policies, requests) {
  const fixed = {
    identityPolicies: all(policies.identity),
    serviceControlPolicies: (policies.scp ?? []).map((level, i) => ({
      orgIdentifier: `level${i}`,
      policies: all(level),
    })),
    resourceControlPolicies: [],
    permissionBoundaries: policies.permissionsBoundary && all(policies.permissionsBoundary),
    sessionPolicy: undefined,
    resourcePolicy: undefined,
    vpcEndpointPolicies: undefined,
    simulationParameters: parameters,
    serviceSettings: {},
  };
  const decide = (asked) => {
    const request = new AwsRequestImpl(
      asked.principal,
      { resource: asked.resource, accountId: asked.resourceAccount },
      asked.action,
      new RequestContextImpl(asked.context),
    );
    return core.authorize({ ...fixed, request }).result === 'Allowed';
  };
  return { decide, requests };
}

function timed({ decide, requests }, seconds) {
  const passes = [];
  const ends = performance.now() + seconds * 1000;
  while (!passes.length || performance.now() < ends) {
    const started = process.cpuUsage();
    for (const request of requests) decide(request);
    const used = process.cpuUsage(started);
    passes.push(used.user + used.system);
  }
  passes.sort((a, b) => a - b);
  return passes[passes.length >> 1] / requests.length;
}

const loaded = {};
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  if ('load' in order) {
    const made = (loaded[order.load] = load(order.policies, order.requests));
    answer = { allowed: made.requests.map(made.decide) };
  } else {
    answer = { us: timed(loaded[order.time], order.seconds) };
  }
  console.log(JSON.stringify(answer));
}
