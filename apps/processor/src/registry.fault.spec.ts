import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readingSchema, SchemaRegistry, subjectOf } from '@navora/schemas';
import { aReading, eventually, ownName, type ServiceProcess } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessorRig } from './testing/processor-rig.js';

type Mood =
  'well' | 'refusing' | 'failing' | 'silent' | 'trickling' | 'a stranger' | 'a stranger who finds nothing';

/** Stands before the real registry, and answers like a registry in trouble. */
class MoodyRegistry {
  mood: Mood = 'well';
  asked = 0;
  private readonly server: Server;

  constructor(private readonly realUrl: string) {
    this.server = createServer((request, response) => {
      this.asked++;
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => void this.answer(request.method ?? 'GET', request.url ?? '/', body, response));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(method: string, path: string, body: string, response: ServerResponse): Promise<void> {
    switch (this.mood) {
      case 'refusing':
        return void response.destroy();
      case 'failing':
        return void response.writeHead(500).end('{"error_code":50001,"message":"no store"}');
      case 'silent':
        return;
      case 'trickling':
        response.writeHead(200, { 'content-type': 'application/json' });
        return trickle(response);
      case 'a stranger':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
      case 'a stranger who finds nothing':
        return void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>404</html>');
      case 'well': {
        const real = await fetch(this.realUrl + path, {
          method,
          ...(body && { body, headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' } }),
        });
        response.writeHead(real.status, { 'content-type': 'application/json' }).end(await real.text());
      }
    }
  }
}

/** A byte now and then, for ever. */
function trickle(response: ServerResponse): void {
  if (response.destroyed) return;
  response.write(' ');
  setTimeout(() => trickle(response), 300);
}

const GRACE_MS = 4000;
let rig: ProcessorRig;
let registry: MoodyRegistry;
let processor: ServiceProcess;
beforeAll(async () => {
  rig = await ProcessorRig.create();
  registry = new MoodyRegistry(rig.endpoints.registryUrl);
  await registry.listen();
}, 60_000);
afterAll(async () => {
  await rig.drop();
  registry.close();
}, 60_000);

/** A version of the reading with a field of its own, registered now. */
async function aNewSchema(): Promise<number> {
  const field = { name: ownName('sensor'), type: ['null', 'double'], default: null };
  const schema = { ...readingSchema, fields: [...readingSchema.fields, field] };
  return new SchemaRegistry(rig.endpoints.registryUrl).register(
    subjectOf(ownName('other')),
    JSON.stringify(schema),
  );
}

/** The body of a reading as a newer producer writes it: one more field, which is null. */
function ofSchema(schemaId: number, vehicleId: string, timestamp = Date.now()) {
  const { value, ...record } = rig.record(aReading({ vehicleId }), { timestamp }, schemaId);
  return { ...record, value: Buffer.concat([value as Buffer, Buffer.of(0)]) };
}

const rowsOf = async (vehicleId: string) => (await rig.rows()).filter((row) => row.vehicleId === vehicleId);
const lettersOf = async (vehicleId: string) =>
  (await rig.deadLetters()).filter((letter) => letter.vehicleId === vehicleId);

it('P18: the registry away at the start: the processor waits for it, not ready and alive', async () => {
  registry.mood = 'refusing';
  processor = await rig.launch({
    NAVORA_REGISTRY_URL: registry.url,
    NAVORA_SCHEMA_GRACE_MS: String(GRACE_MS),
  });
  await processor.untilItSays('waiting_for_service');
  expect([await processor.isAlive(), await processor.isReady()], 'I13').toEqual([true, false]);
  registry.mood = 'well';
  await eventually('ready', () => processor.isReady(), { withinMs: 60_000 });
  await rig.sendReadings(aReading({ vehicleId: 'warm' }));
  await rig.untilAllIsCommitted();
});

it.each<Mood>(['refusing', 'failing', 'silent', 'trickling', 'a stranger', 'a stranger who finds nothing'])(
  'P18: the registry %s: what is known goes on, what is not is parked beyond its age, and found in the end',
  async (mood) => {
    const vehicle = ownName('parked');
    registry.mood = mood;
    const schemaId = await aNewSchema();
    const asked = registry.asked;
    const old = Date.now() - 10 * GRACE_MS;
    await rig.send(ofSchema(schemaId, vehicle, old), ofSchema(schemaId, vehicle, old));
    await rig.sendReadings(aReading({ vehicleId: vehicle }));
    await eventually('two questions', () => registry.asked >= asked + 2, { withinMs: 30_000 });
    const other = ownName('other');
    await rig.sendReadings(
      ...Array.from({ length: 20 }, (_, i) => aReading({ vehicleId: other, sequence: i })),
    );
    await eventually('the other vehicle', async () => (await rowsOf(other)).length === 20);
    expect(await rowsOf(vehicle)).toEqual([]);
    expect(await processor.metric('navora_processor_parked_records')).toBe(3);
    expect(await processor.metric('navora_processor_parked_vehicles')).toBe(1);
    registry.mood = 'well';
    await rig.untilAllIsCommitted();
    expect(await rowsOf(vehicle)).toHaveLength(3);
    expect(await lettersOf(vehicle)).toEqual([]);
    expect(await processor.metric('navora_processor_parked_records')).toBe(0);
  },
  120_000,
);

it('P18: an id that the registry does not have ends in the dead letters with its age, and its vehicle goes on', async () => {
  const [unknown, old] = [987_654_321, Date.now() - 10 * GRACE_MS];
  await rig.send(ofSchema(unknown, 'unknown', old), rig.record(aReading({ vehicleId: 'unknown' })));
  await rig.untilAllIsCommitted();
  expect(await lettersOf('unknown')).toMatchObject([
    { reason: 'unknown-schema', error: expect.stringMatching(/no schema 987654321, .* 4\d s old/) },
  ]);
  expect(await rowsOf('unknown')).toHaveLength(1);
});

it('P18: an id that appears within the grace time is stored, in order', async () => {
  const known = await aNewSchema();
  const soon = known + 1; // the registry counts
  await rig.send(ofSchema(soon, 'soon'));
  await rig.sendReadings(aReading({ vehicleId: 'soon' }));
  await eventually('parked', async () => (await processor.metric('navora_processor_parked_records')) === 2);
  expect(await aNewSchema()).toBe(soon);
  await rig.untilAllIsCommitted();
  expect(await rowsOf('soon')).toHaveLength(2);
  expect(await lettersOf('soon')).toEqual([]);
});
