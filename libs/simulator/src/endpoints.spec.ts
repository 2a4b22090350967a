import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endpointsFrom } from './endpoints.js';

const NOTHING = {
  ...{ mqttUrl: undefined, brokerCaFile: undefined, devicesAuthority: undefined, registryUrl: undefined },
};

it('takes the environment first, then the stack, and knows nothing without either', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'endpoints-'));
  const file = join(folder, 'services.env');
  await writeFile(file, 'NAVORA_MQTT_URL=mqtt://stack:1883\nNAVORA_REGISTRY_URL=http://stack:8081\n');
  expect(await endpointsFrom({ NAVORA_MQTT_URL: 'mqtt://mine', NAVORA_REGISTRY_URL: '' }, file)).toEqual({
    ...NOTHING,
    mqttUrl: 'mqtt://mine',
    registryUrl: 'http://stack:8081',
  });
  await rm(folder, { recursive: true });
  expect(await endpointsFrom({}, file)).toEqual(NOTHING);
});

it('sends vehicles to their own door, if the broker has one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'endpoints-'));
  const file = join(folder, 'services.env');
  const doors = 'NAVORA_MQTT_URL=mqtts://stack:8884\nNAVORA_VEHICLES_MQTT_URL=mqtts://stack:8883\n';
  await writeFile(file, `${doors}NAVORA_MQTT_CA_FILE=/ca.crt\nNAVORA_DEVICES_AUTHORITY=/devices\n`);
  expect(await endpointsFrom({}, file)).toEqual({
    ...{ mqttUrl: 'mqtts://stack:8883', brokerCaFile: '/ca.crt' },
    ...{ devicesAuthority: '/devices', registryUrl: undefined },
  });
  expect((await endpointsFrom({ NAVORA_MQTT_URL: 'mqtt://mine' }, file)).mqttUrl).toBe('mqtt://mine');
  await rm(folder, { recursive: true });
});
