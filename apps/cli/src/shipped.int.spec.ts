import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, ownName, realServices, type ServiceProcess } from '@navora/testing';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHIPPED_SERVICES, ShippedFolders } from './shipped.fixture.js';
import { workspaceRoot } from './workspace.js';

let shipped: ShippedFolders;
beforeAll(async () => {
  shipped = await ShippedFolders.make();
});
afterAll(() => shipped?.remove());

describe('what goes into the images', () => {
  it('names nothing of the workspace it was made in, and brings no node_modules', () => {
    for (const name of [...SHIPPED_SERVICES, 'navora'] as const) {
      const files = readdirSync(shipped.of(name), { recursive: true }).map(String);
      expect(files).not.toContainEqual(expect.stringContaining('node_modules'));
      for (const file of ['main.mjs', 'main.mjs.map'])
        expect(readFileSync(join(shipped.of(name), file), 'utf8').includes(workspaceRoot), file).toBe(false);
    }
  });

  it('brings the notices of the packages it is made of', () => {
    const notices = readFileSync(join(shipped.of('processor'), 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices).toMatch(/^@nestjs\/core \S+ \(MIT\)/m);
    expect(notices).toMatch(/^cassandra-driver \S+ \(Apache-2.0\)/m);
    expect(notices).toContain('THE SOFTWARE IS PROVIDED "AS IS"');
  });

  it('has the commands that need no repository', async () => {
    const { code, stdout } = await shipped.navora('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}migrate/m);
    expect(stdout).not.toMatch(/^ {2}(drill|stack|start) /m);
  });

  it('checks what lies on disks', async () => {
    const { stdout } = await shipped.navora('check', 'at-rest', shipped.of('navora'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ places: [{ path: shipped.of('navora') }] });
  });

  it('makes topics, schemas and tables, and a second time finds them made', async () => {
    expect(await shipped.navora('migrate')).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout } = await shipped.navora('migrate');
    expect(code).toBe(0);
    expect(stdout).toMatch(/tables of keyspace navora are up to date/);
  });
});

describe('services from what goes into the images', () => {
  const services: ServiceProcess[] = [];
  beforeAll(async () => {
    await shipped.navora('migrate');
    for (const name of SHIPPED_SERVICES) services.push(await shipped.start(name));
  });
  afterAll(() => Promise.all(services.map((service) => service.end('SIGKILL'))));

  it('carry a reading to its row and its alert', async () => {
    const id = ownName('truck');
    const vehicle = await mqtt.connectAsync(realServices().mqttUrl, { protocolVersion: 5 });
    const reading = { messageId: randomUUID(), recordedAt: Date.now(), engineTemperatureC: 104.5 };
    await vehicle.publishAsync(`vehicles/${id}/telemetry`, JSON.stringify(reading), { qos: 1 });
    await vehicle.endAsync();
    const open = await eventually('the alert', async () => {
      const { stdout } = await shipped.navora('alerts', 'list', '--vehicle', id, '--json');
      const alerts = JSON.parse(stdout || '[]') as unknown[];
      return alerts.length > 0 && alerts;
    });
    expect(open).toMatchObject([{ vehicleId: id, rule: 'engine-overheating', status: 'open' }]);
    const { stdout } = await shipped.navora('readings', id, '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ messageId: reading.messageId, engineTemperatureC: 104.5 }]);
  });

  it('carry a fleet, and the audit holds', async () => {
    const history = join(shipped.of('navora'), 'history.jsonl');
    const fleet = ['--vehicles', '20', '--rate', '100', '--for', '10s', '--history', history];
    const { code, stderr } = await shipped.navora('simulate', ...fleet, '--json');
    expect(code, stderr).toBe(0);
    const audit = await shipped.navora('audit', '--history', history);
    expect(audit.stdout).toMatch(/^held$/m);
    expect(audit.code, audit.stdout + audit.stderr).toBe(0);
  });

  it('end by themselves when they are told to', async () => {
    expect(await Promise.all(services.map((service) => service.end('SIGTERM')))).toEqual([0, 0, 0]);
  });
});
