import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Outcome, Signal } from '@navora/schemas';
import type { Alert } from './alert.js';
import { AlertsProcess } from './testing/alerts-process.js';
import { aSignal, verdict } from './testing/a-signal.js';
import { ownKeyspace, ownName } from './testing/real-services.js';
import { alertsOf } from './testing/signal-streams.js';
import { SignalsTopic } from './testing/signals-topic.js';
import { storedAlerts } from './testing/stored-alerts.js';

const SEED = Number(process.env['NAVORA_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
const VEHICLES = 60;
const SIGNALS = 9000;
const KILLS = 4;

let cassandra: Awaited<ReturnType<typeof ownKeyspace>>;
let topic: SignalsTopic;
let environment: Record<string, string | undefined>;
const groups = [ownName('group'), ownName('group')] as [string, string];

beforeAll(async () => {
  cassandra = await ownKeyspace(process.env);
  topic = await SignalsTopic.create(process.env);
  const rules = join(mkdtempSync(join(tmpdir(), 'navora-alerts-')), 'rules.yaml');
  writeFileSync(
    rules,
    `rules:\n${['engine', 'fuel'].map((id) => `  - {id: ${id}, measurement: ${id}C, above: 100, severity: critical}\n`).join('')}`,
  );
  const services = Object.entries(process.env).filter(([name]) =>
    /^NAVORA_(KAFKA|CASSANDRA|REGISTRY)_/.test(name),
  );
  environment = {
    ...Object.fromEntries(services),
    NAVORA_CASSANDRA_KEYSPACE: cassandra.keyspace,
    NAVORA_SIGNALS_TOPIC: topic.name,
    NAVORA_RULES_FILE: rules,
    NAVORA_COMMIT_INTERVAL_MS: '100',
    NAVORA_SESSION_TIMEOUT_MS: '6000',
    NAVORA_ALERTS_GROUP: groups[0],
  };
}, 60_000);

afterAll(async () => {
  await topic.drop(groups);
  await cassandra.drop();
}, 60_000);

/** A number from 0 to 1, the same in every run with this seed (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function someSignals(random: () => number): Signal[] {
  const outcome = (): Outcome => (random() < 0.1 ? 'breach' : random() < 0.5 ? 'between' : 'normal');
  return Array.from({ length: SIGNALS }, (_, offset) => {
    const signal = aSignal({ offset, vehicleId: `t-${Math.floor(random() * VEHICLES)}` });
    if (random() < 0.02) return { ...signal, clockSuspect: true, recordedAt: signal.recordedAt + 3_600_000 };
    return {
      ...signal,
      recordedAt: signal.recordedAt - (random() < 0.05 ? 600_000 : 0),
      verdicts: [verdict('engine', outcome()), ...(random() < 0.5 ? [verdict('fuel', outcome())] : [])],
    };
  });
}

/** As a processor that died sends them: now and then it starts again from an earlier one. */
function repeated(signals: Signal[], random: () => number): Signal[] {
  const sent: Signal[] = [];
  for (let at = 0; at < signals.length; at += 1000) {
    const again = Math.max(0, at - Math.floor(random() * 1500));
    sent.push(...signals.slice(again, at + 1000));
  }
  return sent;
}

async function untilAllIsCommitted(group: string): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let progressAt = Date.now();
  for (;;) {
    const behind = await topic.uncommitted(group);
    if (behind === 0) return;
    if (behind < least) [least, progressAt] = [behind, Date.now()];
    if (Date.now() - progressAt > 45_000) throw new Error(`no progress for 45 s, ${behind} signals behind`);
    await pause(100);
  }
}

it(`keeps its alerts through kill -9, doubled signals and a new group from offset 0 (seed ${SEED})`, async () => {
  const random = seeded(SEED);
  const signals = someSignals(random);
  await topic.send(repeated(signals, random));

  for (let kill = 0; kill < KILLS; kill++) {
    const victim = new AlertsProcess(environment);
    await victim.untilItSays('group_joined');
    await pause(200 + random() * 1500); // somewhere in its work
    expect(await victim.end('SIGKILL')).toBeNull();
  }
  const survivor = new AlertsProcess(environment);
  await untilAllIsCommitted(groups[0]);
  expect(await survivor.end('SIGTERM'), survivor.said.slice(-2000)).toBe(0);

  const expected = byId(alertsOf(signals));
  expect(expected.length).toBeGreaterThan(300);
  const stored = await storedAlerts(cassandra.client, cassandra.keyspace);
  expectAlerts(stored, expected);

  const replayer = new AlertsProcess({ ...environment, NAVORA_ALERTS_GROUP: groups[1] });
  await untilAllIsCommitted(groups[1]);
  expect(await replayer.end('SIGTERM')).toBe(0);
  expectAlerts(await storedAlerts(cassandra.client, cassandra.keyspace), expected);
}, 240_000);

it('says in one sentence what is missing, and ends with 1', async () => {
  const started = new AlertsProcess({ ...environment, NAVORA_CASSANDRA_KEYSPACE: 'not_there' });
  expect(await started.ended()).toBe(1);
  expect(started.said).toContain(
    'alerts: keyspace not_there has no table vehicle_alerts, alerts_by_day, open_alerts, alert_marks: run `navora migrate` first',
  );
}, 60_000);

function expectAlerts(stored: Awaited<ReturnType<typeof storedAlerts>>, expected: Alert[]): void {
  expect(byId(stored.alerts)).toEqual(expected);
  expect(byId(stored.byDay)).toEqual(expected);
  expect(byId(stored.open)).toEqual(expected.filter(({ status }) => status === 'open'));
  const lines = expected.flatMap(({ id, late, status }) => {
    if (late) return [`${id} recorded-late`];
    return status === 'open' ? [`${id} opened`] : [`${id} opened`, `${id} cleared`];
  });
  expect([...stored.history].sort()).toEqual(lines.sort());
}

function byId(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort((one, other) => (one.id < other.id ? -1 : 1));
}
