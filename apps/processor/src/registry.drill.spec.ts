import type { ServiceProcess } from '@navora/testing';
import { afterAll, beforeAll, it } from 'vitest';
import { MoodyRegistry, type Mood } from './testing/moody-registry.js';
import { ProcessorRig } from './testing/processor-rig.js';
import { expectParkedWhile } from './testing/registry-trouble.js';

const GRACE_MS = 4000;
let rig: ProcessorRig;
let registry: MoodyRegistry;
let processor: ServiceProcess;
beforeAll(async () => {
  rig = await ProcessorRig.create();
  registry = new MoodyRegistry(rig.endpoints.registryUrl);
  await registry.listen();
  processor = await rig.start({
    NAVORA_REGISTRY_URL: registry.url,
    NAVORA_SCHEMA_GRACE_MS: String(GRACE_MS),
  });
}, 120_000);
afterAll(async () => {
  await rig.drop();
  registry.close();
}, 60_000);

it.each<Mood>(['refusing', 'silent', 'trickling', 'a stranger'])(
  'P18: the registry %s: what is known goes on, what is not is parked beyond its age, and found in the end',
  (mood) => expectParkedWhile(mood, { rig, registry, processor, graceMs: GRACE_MS }),
  120_000,
);
