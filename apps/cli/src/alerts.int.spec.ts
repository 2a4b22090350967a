import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually, ownName, realServices } from '@navora/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { navora, runServices, type RunningServices } from './services.fixture.js';

interface Told {
  type: string;
  data: { id: string; vehicleId: string };
}

let folder: string;
let office: Server;
const told: Told[] = [];
let running: RunningServices;
let vehicle: MqttClient;

beforeAll(async () => {
  office = createServer((request, response) => {
    void text(request).then((body) => {
      told.push(JSON.parse(body) as Told);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => office.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'navora-told-'));
  writeFileSync(join(folder, 'secret'), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const file = join(folder, 'notifications.yaml');
  writeFileSync(
    file,
    `channels:
  office: { kind: webhook, url: 'http://127.0.0.1:${(office.address() as AddressInfo).port}/', secretFile: secret }
routes:
  - { channel: office, severities: [critical] }
`,
  );
  running = await runServices({ NAVORA_NOTIFICATIONS_FILE: file });
  vehicle = await mqtt.connectAsync(realServices().mqttUrl, { protocolVersion: 5 });
});
afterAll(async () => {
  await vehicle?.endAsync();
  await running?.stop();
  office.closeAllConnections();
  office.close();
  rmSync(folder, { recursive: true, force: true });
});

async function anAlert(): Promise<{ vehicleId: string; id: string }> {
  const vehicleId = ownName('truck');
  const body = { messageId: randomUUID(), recordedAt: Date.now(), engineTemperatureC: 104.5 };
  await vehicle.publishAsync(`vehicles/${vehicleId}/telemetry`, JSON.stringify(body), { qos: 1 });
  const id = await eventually('the alert', async () => {
    const { stdout } = await navora('alerts', 'list', '--vehicle', vehicleId, '--json');
    return (JSON.parse(stdout) as { id: string }[])[0]?.id;
  });
  return { vehicleId, id };
}

async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await navora('alerts', ...args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

describe('an alert', () => {
  it('is acknowledged, assigned and commented on, and tells who did what, and who was told', async () => {
    const { vehicleId, id } = await anAlert();
    const alert = `${vehicleId}/${id}`;
    expect(await said('ack', alert, '--by', 'ann', '--comment', 'driver called')).toContain(
      `acknowledged ${alert}`,
    );
    expect(await said('ack', alert, '--by', 'bob')).toContain('was acknowledged already by ann');
    expect(await said('assign', alert, 'bob', '--by', 'ann')).toContain(`assigned ${alert} to bob`);
    await said('comment', id, 'coolant refilled', '--vehicle', vehicleId, '--by', 'bob');

    await eventually('told', () => told.some(({ data }) => data.id === id));
    const [shown] = JSON.parse(await said('list', '--vehicle', vehicleId, '--json')) as object[];
    expect(shown).toMatchObject({ id, status: 'open', acknowledgedBy: 'ann', assignee: 'bob' });
    expect(await said('list', '--vehicle', vehicleId)).toMatch(/open +ann +bob/);

    const [story] = JSON.parse(await said('show', alert, '--json')) as Record<string, unknown>[];
    expect(story).toMatchObject({
      acknowledgedBy: 'ann',
      assignee: 'bob',
      actions: [
        { action: 'acknowledge', by: 'ann', comment: 'driver called' },
        { action: 'assign', by: 'ann', assignee: 'bob' },
        { action: 'comment', by: 'bob', comment: 'coolant refilled' },
      ],
      notifications: [{ transition: 'opened', channel: 'office', audience: 'administration' }],
    });
    await eventually('recorded', async () =>
      /opened to administration by office: sent/.test(await said('show', alert)),
    );
    expect(told.filter(({ data }) => data.id === id).map(({ type }) => type)).toEqual(['alert.opened']);
  });

  it('that nobody knows, and commands that say too little, are refused in a sentence', async () => {
    const { vehicleId, id } = await anAlert();
    const unknown = `${vehicleId}/${randomUUID()}`;
    for (const [args, sentence] of [
      [['ack', unknown], `vehicle ${vehicleId} has no alert`],
      [['ack', id], 'name it too, as VEHICLE/'],
      [['assign', `${vehicleId}/${id}`], 'say who takes care of it, or --nobody'],
      [['comment', `${vehicleId}/${id}`, '  '], 'a comment has 1 to 2000 characters'],
      [['show', `${vehicleId}/hot`], 'an alert id is a UUID'],
    ] as const) {
      const { code, stderr } = await navora('alerts', ...args);
      expect(stderr).toContain(sentence);
      expect(code).toBe(1);
    }
  });
});
