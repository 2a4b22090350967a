import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endpointsFrom } from './endpoints.js';

it('takes the environment first, then the stack, and knows nothing without either', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'endpoints-'));
  const file = join(folder, 'services.env');
  await writeFile(file, 'NAVORA_MQTT_URL=mqtt://stack:1883\nNAVORA_REGISTRY_URL=http://stack:8081\n');
  expect(await endpointsFrom({ NAVORA_MQTT_URL: 'mqtt://mine', NAVORA_REGISTRY_URL: '' }, file)).toEqual({
    mqttUrl: 'mqtt://mine',
    registryUrl: 'http://stack:8081',
  });
  await rm(folder, { recursive: true });
  expect(await endpointsFrom({}, file)).toEqual({ mqttUrl: undefined, registryUrl: undefined });
});
