import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, ownName, realServices } from '@navora/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Office } from './office.fixture.js';
import { navora, runServices, type RunningServices } from './services.fixture.js';
import type { StoredAlert } from './stored-alerts.js';
import { alertsInTrips, someTrips } from './trips.fixture.js';
import { Observer } from './under-load.fixture.js';

let folder: string;
let office: Office;
let running: RunningServices;
let vehicle: MqttClient;
let observer: Observer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'navora-told-'));
  office = await Office.open(folder, 'office', 'severities: [critical]');
  running = await runServices({ NAVORA_NOTIFICATIONS_FILE: office.file });
  vehicle = await mqtt.connectAsync(realServices().mqttUrl, { protocolVersion: 5 });
  observer = await Observer.connect();
});
afterAll(async () => {
  await vehicle?.endAsync();
  await observer?.disconnect();
  await running?.stop();
  office?.close();
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

    await eventually('told', () => office.told.some(({ alertId }) => alertId === id));
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
    expect(office.told.filter(({ alertId }) => alertId === id).map(({ type }) => type)).toEqual([
      'alert.opened',
    ]);
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

describe('recorded trips', () => {
  const file = process.env['NAVORA_TEST_TRIPS'];
  const csv = file ? readFileSync(file, 'utf8') : someTrips(ownName('trip'), 6);
  const vehicles = [
    ...new Set(
      csv
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.slice(0, line.indexOf(','))),
    ),
  ];

  async function alertsOf(vehicleId: string): Promise<string[]> {
    const alerts = JSON.parse(
      await said('list', '--vehicle', vehicleId, '--limit', '10000', '--json'),
    ) as StoredAlert[];
    return alerts.map(
      ({ rule, openedAt, clearedAt }) => `${vehicleId} ${rule} ${openedAt} ${clearedAt ?? 'open'}`,
    );
  }

  it('raise exactly what a few lines of code over the file say, however often they are replayed', async () => {
    const trips = file ?? join(folder, 'trips.csv');
    if (!file) writeFileSync(trips, csv);
    const expected = alertsInTrips(csv);
    for (const time of ['first', 'second']) {
      const before = await observer.received();
      const { code, stdout, stderr } = await navora('replay', trips, '--speed', 'max', '--json');
      expect(code, stderr).toBe(0);
      const { sent } = JSON.parse(stdout) as { sent: number };
      await eventually(
        `the ${time} replay worked off`,
        async () => (await observer.received()) - before >= sent && (await observer.lag()) === 0,
        { withinMs: 60_000 },
      );
      const raised = await Promise.all(vehicles.map(alertsOf));
      expect(raised.flat().sort()).toEqual(expected);
    }
    if (!file) expect(expected.length).toBeGreaterThan(40);
    const late = office.told.filter(({ vehicleId }) => vehicles.includes(vehicleId));
    expect(late, 'told of what is an hour old').toEqual([]);
  });
});
