import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceProcess, type Environment } from '@navora/testing';
import { expect } from 'vitest';
import type { Signal } from '@navora/schemas';
import type { Alert } from '../alert.js';
import { byId } from './expected.js';
import { alertsOf, historyOf } from './plain-alerts.js';
import { ownKeyspace, ownName } from './real-services.js';
import { SignalsTopic } from './signals-topic.js';
import { storedAlerts } from './stored-alerts.js';

/** Without any progress for so long, it has stopped. */
const STANDSTILL_MS = 45_000;

const RULES = `rules:
  - {id: engine, measurement: engineC, above: 100, severity: critical}
  - {id: fuel, measurement: fuelC, above: 100, severity: critical}
  - {id: door, measurement: doorC, above: 100, severity: critical}
`;

/** For tests: the service as a process on real services, with a topic, groups and a keyspace of its own. */
export class AlertsRig {
  readonly groups = [ownName('group'), ownName('group')] as const;

  private constructor(
    private readonly cassandra: Awaited<ReturnType<typeof ownKeyspace>>,
    readonly topic: SignalsTopic,
    private readonly folder: string,
    private readonly environment: Environment,
  ) {}

  static async create(environment: Environment): Promise<AlertsRig> {
    const cassandra = await ownKeyspace(environment);
    const topic = await SignalsTopic.create(environment);
    const folder = mkdtempSync(join(tmpdir(), 'navora-alerts-'));
    const rulesFile = join(folder, 'rules.yaml');
    writeFileSync(rulesFile, RULES);
    const services = Object.entries(environment).filter(([name]) =>
      /^NAVORA_(KAFKA|CASSANDRA|REGISTRY)_/.test(name),
    );
    return new AlertsRig(cassandra, topic, folder, {
      ...Object.fromEntries(services),
      NAVORA_CASSANDRA_KEYSPACE: cassandra.keyspace,
      NAVORA_SIGNALS_TOPIC: topic.name,
      NAVORA_RULES_FILE: rulesFile,
      NAVORA_COMMIT_INTERVAL_MS: '100',
      NAVORA_SESSION_TIMEOUT_MS: '6000',
    });
  }

  start(group: string, over: Environment = {}): Promise<ServiceProcess> {
    return ServiceProcess.start('alerts', { ...this.environment, NAVORA_ALERTS_GROUP: group, ...over });
  }

  async untilAllIsCommitted(group: string): Promise<void> {
    let least = Number.POSITIVE_INFINITY;
    let progressAt = Date.now();
    for (;;) {
      const behind = await this.topic.uncommitted(group);
      if (behind === 0) return;
      if (behind < least) [least, progressAt] = [behind, Date.now()];
      if (Date.now() - progressAt > STANDSTILL_MS)
        throw new Error(`no progress for ${STANDSTILL_MS} ms, ${behind} signals behind`);
      await pause(100);
    }
  }

  /** Alerts, views and history are those of the signals: nothing lost, nothing doubled, nothing stale. */
  async expectAlertsOf(signals: readonly Signal[]): Promise<void> {
    const expected = byId(alertsOf(signals));
    const stored = await storedAlerts(this.cassandra.client, this.cassandra.keyspace);
    expect(byId(stored.alerts)).toEqual(expected);
    expect(byId(stored.byDay)).toEqual(expected);
    expect(byId(stored.open)).toEqual(expected.filter(({ status }) => status === 'open'));
    expect([...stored.history].sort()).toEqual(historyOf(signals).sort());
  }

  /** What stands in the tables of one vehicle's alerts, and their history in its order. */
  async raisedFor(vehicleId: string): Promise<{ alerts: Alert[]; history: string[] }> {
    const { alerts, history } = await storedAlerts(this.cassandra.client, this.cassandra.keyspace);
    const own = alerts.filter((alert) => alert.vehicleId === vehicleId);
    const isOwn = (line: string) => own.some(({ id }) => line.startsWith(id));
    return { alerts: own, history: history.filter(isOwn) };
  }

  /** How many wait to be sent, whether they are due or not. */
  async pendingNotifications(): Promise<number> {
    const { client, keyspace } = this.cassandra;
    const { rows } = await client.execute(`SELECT count(*) AS n FROM ${keyspace}.pending_notifications`);
    return Number(rows[0]?.['n']);
  }

  async drop(): Promise<void> {
    await this.topic.drop([...this.groups]);
    await this.cassandra.drop();
    rmSync(this.folder, { recursive: true });
  }
}
