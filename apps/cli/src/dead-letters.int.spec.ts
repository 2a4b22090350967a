import { randomUUID } from 'node:crypto';
import { createCassandra } from '@navora/cassandra';
import { createLogger } from '@navora/runtime';
import { frameAvro, readingSchema, readingType, SchemaRegistry } from '@navora/schemas';
import { aReading, eventually, ownName, realServices } from '@navora/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLAIM_LEASE_MS, DeadLetterActions } from './dead-letters-actions.js';
import {
  deadLetters,
  deadLettersAtOnce,
  NotingVehicle,
  recordsOfVehicle,
  verdictOn,
} from './dead-letters.fixture.js';
import { navora, runServices, type RunningServices } from './services.fixture.js';
import { readingsOf } from './stored-readings.js';

const HOUR_MS = 3_600_000;

let running: RunningServices;
let vehicle: NotingVehicle;

beforeAll(async () => {
  running = await runServices({ NAVORA_SCHEMA_GRACE_MS: '500' });
  vehicle = await NotingVehicle.connect(running.folder);
});
afterAll(async () => {
  await vehicle?.disconnect();
  await running?.stop();
});

type Letter = Record<string, unknown> & { id: string; reason: string };

async function listed(...args: string[]): Promise<Letter[]> {
  const { code, stdout } = await deadLetters('list', '--vehicle', vehicle.id, '--json', ...args);
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Letter);
}

const theOne = (letters: Letter[], reason: string): Letter => {
  const found = letters.filter((letter) => letter.reason === reason);
  expect(found).toHaveLength(1);
  return found[0] as Letter;
};

/** Ids are given one after the other, so the next one is known before its schema is. */
async function nextSchemaId(registry: SchemaRegistry): Promise<number> {
  return (await registry.register(`${ownName('subject')}-value`, schemaWith(ownName('field')))) + 1;
}

function schemaWith(field: string): string {
  const more = { name: field, type: ['null', 'double'], default: null };
  return JSON.stringify({ ...readingSchema, fields: [...readingSchema.fields, more] });
}

/** Asked in this process: a process for each look would take longer than the row. */
async function rowsOf(id: string): Promise<number> {
  const cassandra = createCassandra(realServices(), createLogger('test', 'silent'));
  await cassandra.connect();
  try {
    let count = 0;
    for await (const _ of readingsOf(cassandra, 'navora', id, Date.now() - HOUR_MS, Date.now() + HOUR_MS))
      count++;
    return count;
  } finally {
    await cassandra.shutdown();
  }
}

it('dead letters are listed, shown, redriven once, known when they fail again, discarded; and the audit holds', async () => {
  const registry = new SchemaRegistry(realServices().registryUrl);
  const good = { messageId: randomUUID(), recordedAt: Date.now(), speedKph: 10 };
  const schemaId = await nextSchemaId(registry);
  const later = aReading({ vehicleId: vehicle.id, recordedAt: Date.now() + 1, engineTemperatureC: 120 });
  const unknown = Buffer.concat([frameAvro(schemaId, readingType, later), Buffer.of(0)]);
  const trace = { userProperties: { traceparent: '00-trace' } };

  await vehicle.send(good);
  await vehicle.send(Buffer.from('not \u001b[31mjson'), { contentType: 'application/json', ...trace });
  await vehicle.send({ ...good, speedKph: 11 });
  await vehicle.send(unknown, trace);
  await vehicle.send({ messageId: randomUUID(), recordedAt: Date.now() + 2, speedKph: 12 });

  // list: what was given up, by reason
  const letters = await eventually('the three letters', async () => {
    const found = await listed();
    return found.length === 3 && found;
  });
  const [malformed, conflict, missing] = ['malformed-body', 'conflicting-reading', 'unknown-schema'].map(
    (reason) => theOne(letters, reason),
  ) as [Letter, Letter, Letter];
  const table = await deadLetters('list', '--vehicle', vehicle.id, '--limit', '1');
  expect(table.stdout).toMatch(
    /^GIVEN UP .*\n.*truck_.*\nthe first 1; .*\n3 open dead letters\n( +1 {2}\S+\n){3}$/,
  );
  expect(await listed('--reason', 'malformed-body')).toHaveLength(1);
  expect(await listed('--to', '1h')).toEqual([]);

  // show: where it came from, and what it said
  const story = await deadLetters('show', malformed.id);
  expect(story.stdout).toContain(`MQTT ${vehicle.topic}`);
  expect(story.stdout).toContain('traceparent: 00-trace');
  expect(story.stdout).toContain('6e 6f 74 20');
  expect(story.stdout).not.toContain('\u001b');
  expect((await navora('dead-letters', 'show', malformed.id, '--raw')).stdout).toBe('not \u001b[31mjson');
  expect((await deadLetters('show', conflict.id)).stdout).toContain('"speedKph": 11');

  // redrive: what was wrong is mended, two operators are at it at once, and one of them redrives it
  expect(await registry.register(`${ownName('subject')}-value`, schemaWith(ownName('field')))).toBe(schemaId);
  const rehearsal = await deadLetters('redrive', '--vehicle', vehicle.id, '--dry-run');
  expect(rehearsal.stdout).toContain('3 would be redriven');
  expect(await listed()).toHaveLength(3);
  const byReason = ['redrive', '--vehicle', vehicle.id, '--reason', 'unknown-schema'];
  const [both] = await deadLettersAtOnce([
    [...byReason, '--by', 'ann'],
    ['redrive', missing.id, '--by', 'bob'],
  ]);
  expect(both?.stdout.match(/ {2}redriven to /g)).toHaveLength(1);
  await eventually('the row', async () => (await rowsOf(vehicle.id)) === 3);
  const again = await deadLetters('redrive', missing.id);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/nothing to do: .* by (ann|bob)/) });
  expect((await deadLetters(...byReason)).stdout).toMatch(/^nothing to do/);
  expect((await recordsOfVehicle(vehicle.id)).redriven).toEqual([`${missing.id}/1`]);
  expect((await deadLetters('show', missing.id)).stdout).toMatch(
    /sent to telemetry\.readings\.v1.*, by (ann|bob)/,
  );

  // the loop guard: one record and one message fail again, and go round only when that is said
  await deadLetters('redrive', conflict.id, malformed.id, '--comment', 'to see');
  const secondFailures = await eventually('the second failures', async () => {
    const found = await listed();
    return found.length === 2 && found;
  });
  const failedAgain = theOne(secondFailures, 'conflicting-reading');
  expect(failedAgain).toMatchObject({ failedAgainAfter: conflict.id, number: 1 });
  expect(theOne(secondFailures, 'malformed-body')).toMatchObject({ id: malformed.id, number: 2 });
  expect((await deadLetters('redrive', '--vehicle', vehicle.id)).stdout).toContain(
    '2 left, as they failed again',
  );
  expect(await deadLetters('redrive', failedAgain.id)).toMatchObject({ code: 1 });

  // a run that crashed after its claim is finished by the next one
  const crashed = await claimedByACrashedRun(failedAgain.id);
  expect(crashed.early.stdout).toContain('claimed by another run');
  expect(crashed.late).toMatchObject({ code: 0, stdout: expect.stringContaining('1 redriven') });
  const third = await eventually('the third failure', async () => {
    const found = await listed('--reason', 'conflicting-reading');
    return found[0]?.id !== failedAgain.id && found[0];
  });
  expect(third).toMatchObject({ failedAgainAfter: failedAgain.id });

  // discard: no longer open, and the record says who and why
  const discarded = await deadLetters('discard', '--vehicle', vehicle.id, '--comment', 'device 7 is broken');
  expect(discarded.stdout).toContain('2 discarded, 0 resolved before');
  expect(await listed()).toEqual([]);
  expect(await listed('--state', 'discarded')).toHaveLength(2);
  expect(await listed('--state', 'redriven')).toHaveLength(4);
  expect((await deadLetters('redrive', third.id, '--again')).stdout).toContain('device 7 is broken');

  expect(await verdictOn(vehicle)).toMatch(/\nheld$/);
}, 300_000);

/** What the next run does while the claim is fresh, and once it is older than any publish may take. */
async function claimedByACrashedRun(id: string) {
  const services = realServices();
  const cassandra = createCassandra(services, createLogger('test', 'silent'));
  await cassandra.connect();
  const key = { letterId: id, number: 1 };
  const intent = { action: 'redrive', by: 'crashed', comment: undefined } as const;
  const at = async (age: number) => {
    const actions = new DeadLetterActions(cassandra, 'navora', CLAIM_LEASE_MS, () => Date.now() - age);
    const claimed = await actions.claim(key, intent);
    if (!('mine' in claimed)) throw new Error('the letter was claimed before');
    return () => actions.release(key, claimed.mine);
  };
  try {
    const release = await at(0);
    const early = await deadLetters('redrive', id, '--again');
    await release();
    await at(2 * CLAIM_LEASE_MS);
    return { early, late: await deadLetters('redrive', id, '--again') };
  } finally {
    await cassandra.shutdown();
  }
}

it('what cannot be done is said in a sentence', async () => {
  const id = randomUUID();
  const nobody = await deadLetters('redrive', id);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining(`there is no dead letter ${id}`) });
  expect(await deadLetters('redrive')).toMatchObject({ code: 1, stderr: expect.stringContaining('--all') });
});
