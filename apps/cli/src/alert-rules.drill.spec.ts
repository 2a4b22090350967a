import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, servicePrograms, ServiceProcess } from '@navora/drill';
import { CertificateAuthority } from '@navora/identity';
import { takeAway } from '@navora/local-stack';
import { createKafka } from '@navora/kafka';
import { createLogger } from '@navora/runtime';
import { TOPICS } from '@navora/schemas';
import type { Fleet } from '@navora/simulator';
import { eventually, freeze, OwnBroker, realServices } from '@navora/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertWatch, hastenedRules } from './alert-watch.fixture.js';
import { ownEnvironment } from './cli-config.js';
import { allRules } from './observability.fixture.js';
import { ObservedSystem } from './observed-system.fixture.js';
import { Prometheus } from './prometheus.fixture.js';
import { prometheusPrograms } from './prometheus-program.fixture.js';
import { testEnvironment } from './services.fixture.js';
import { workspaceRoot } from './workspace.js';

const ALERTS = allRules().flatMap(({ alert }) => alert ?? []);
const UNKNOWN_SCHEMA = Buffer.from([0, 0, 1, 2, 3, 1]);
const DROPS_TOPIC = 'drill/dropped';
const SLO = ALERTS.filter((alert) => alert.startsWith('NavoraReadable'));

const programs = await prometheusPrograms();

/** Refuses whoever asks. */
class Refusing {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Refusing> {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(401).end('{"error_code": 40101, "message": "no"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Refusing(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe.skipIf(typeof programs === 'string')('every alert rule', () => {
  let system: ObservedSystem;
  let prometheus: Prometheus;
  let watch: AlertWatch;
  let fleet: Fleet | undefined;
  const extras: Record<'refused' | 'besides', number> = { refused: 0, besides: 0 };
  const stops: (() => unknown)[] = [];

  beforeAll(async () => {
    if (typeof programs === 'string') return;
    system = await ObservedSystem.start({
      settings: {
        NAVORA_SCHEMA_GRACE_MS: '15000',
        NAVORA_MAX_PARKED_PER_VEHICLE: '5',
        NAVORA_MQTT_DROPS_TOPIC: DROPS_TOPIC,
      },
      certificateYears: 1 / 365,
    });
    extras.refused = await freePort();
    extras.besides = await freePort();
    const targets = [...system.targets, ...Object.values(extras).map((port) => `127.0.0.1:${port}`)];
    prometheus = await Prometheus.start(programs, targets, [hastenedRules()]);
    await eventually('all are scraped', async () => {
      const [ready] = await prometheus.query('count(navora_ready == 1)');
      const firing = await prometheus.query('ALERTS{alertstate="firing", alertname!~".*Certificate.*"}');
      return ready?.value === 3 && firing.length === 0;
    });
    watch = new AlertWatch(prometheus);
  }, 240_000);
  afterAll(async () => {
    for (const line of watch?.lines ?? []) console.log(line);
    for (const stop of stops.reverse()) await stop();
    await watch?.stop();
    await fleet?.stop({ graceMs: 0 });
    await prometheus?.stop();
    await system?.stop();
  }, 120_000);

  it('fires when what it is for happens, and ends when that is over', async () => {
    const ended: Promise<unknown>[] = [];
    // What does not end is told at the end, all of it.
    const andEnds = (...alerts: string[]) => ended.push(watch.resolved(...alerts).catch(() => undefined));

    // Few readings, of which a few are late; then so many that those few are nothing.
    fleet = await system.drive(15);
    await watch.fired('NavoraCertificateEndsSoon', 'NavoraCertificateEnds');
    await pause(15_000);
    const thaw = freeze('cassandra');
    await pause(5000);
    thaw();
    await watch.fired(...SLO);
    await fleet.stop({ graceMs: 0 });
    fleet = await system.drive(600);
    const { authority } = await CertificateAuthority.create('of nobody', 1);
    writeFileSync(system.certificateFile, authority.pem);
    andEnds('NavoraCertificateEndsSoon', 'NavoraCertificateEnds');

    await badMessages();
    andEnds('NavoraDeadLetters', 'NavoraManyDeadLetters', 'NavoraClocksWrong', 'NavoraReadingsMissing');
    andEnds(
      'NavoraMessagesExpire',
      'NavoraBrokerDropped',
      'NavoraNotificationsFail',
      'NavoraNotificationsWait',
    );
    // Before a paused partition makes late whoever is in it.
    await watch.resolved(...SLO);
    await unknownSchemas();
    andEnds('NavoraVehiclesParked', 'NavoraPartitionsPaused', 'NavoraReadingsWait');
    andEnds('NavoraSignalsParked', 'NavoraSignalsWait');
    await wrongRules();
    andEnds('NavoraRulesRefused');
    await otherBridges();
    andEnds('NavoraTwoBridges', 'NavoraRefused', 'NavoraBrokerGrantsLess', 'NavoraHeartbeatsRefused');

    await restlessAlerts();
    andEnds('NavoraRestarting', 'NavoraEventLoopStalled');
    await expiredReadings();
    andEnds('NavoraServiceAbsent', 'NavoraRecordsExpired');
    await storesAway();
    andEnds('NavoraNotReady', 'NavoraStoreFails', 'NavoraLagGrows', 'NavoraKafkaRequestsFail');
    await fleet.stop({ graceMs: 0 });
    await watch.fires('NavoraNothingReceived');
    fleet = await system.drive(15);
    andEnds('NavoraNothingReceived');

    await Promise.all(ended);
    expect(watch.neverFired(ALERTS)).toEqual([]);
    expect(watch.neverOver(ALERTS)).toEqual([]);
  }, 1_500_000);

  async function badMessages(): Promise<void> {
    const now = Date.now();
    system.office.status = 400;
    for (let i = 0; i < 400; i++) void system.publish('no JSON');
    for (let i = 0; i < 400; i++) void system.publish({ recordedAt: now + 600_000 + i, speedKph: 50 });
    await system.publish({ recordedAt: now - 2, sequence: 1 }, 'gapped');
    await system.publish({ recordedAt: now - 1, sequence: 100_000 }, 'gapped');
    // The broker's own count of what it drops is a message on a topic, which here is another.
    await system.hand.publishAsync(DROPS_TOPIC, '7', { qos: 1, retain: true });
    const expiring = { qos: 1, properties: { messageExpiryInterval: 600 } } as const;
    await system.hand.publishAsync(
      'vehicles/expires/telemetry',
      JSON.stringify({ recordedAt: now }),
      expiring,
    );
    await system.publish({ recordedAt: now, engineTemperatureC: 150 }, 'hot');
    await watch.fired('NavoraNotificationsFail');
    // Received six minutes ago, and never told: nobody can be reached.
    system.office.status = 503;
    const timestamp = now - 400_000;
    const body = { messageId: crypto.randomUUID(), recordedAt: timestamp, engineTemperatureC: 150 };
    await system.receivedAt(timestamp, 'hot-long-ago', body);
    await watch.fired('NavoraNotificationsWait');
    system.office.status = 204;
  }

  async function unknownSchemas(): Promise<void> {
    const timestamp = Date.now() - 100_000;
    const messages = Array.from({ length: 12 }, () => ({
      key: 'stranger',
      value: UNKNOWN_SCHEMA,
      timestamp: String(Date.now()),
    }));
    await system.producer.send({ topic: TOPICS.readings, messages });
    await watch.fired('NavoraVehiclesParked', 'NavoraPartitionsPaused');
    const old = { key: 'stranger', value: UNKNOWN_SCHEMA, timestamp: String(timestamp) };
    // Old ones are given up at once, unless the registry cannot be asked.
    const registryIsBack = await takeAway(realServices().stack ?? '', 'registry');
    await system.producer.send({ topic: TOPICS.readings, messages: [{ ...old, key: 'stranger-2' }] });
    await system.producer.send({ topic: TOPICS.signals, messages: [old] });
    await watch.fired('NavoraReadingsWait', 'NavoraSignalsParked', 'NavoraSignalsWait');
    await registryIsBack();
  }

  async function wrongRules(): Promise<void> {
    writeFileSync(system.rulesFile, 'rules: nonsense\n');
    await watch.fired('NavoraRulesRefused');
    system.restoreRules();
  }

  async function otherBridges(): Promise<void> {
    const refusing = await Refusing.start();
    stops.push(() => refusing.close());
    const aclFile = join(tmpdir(), `navora-drill-${process.pid}.acl`);
    writeFileSync(aclFile, 'topic readwrite vehicles/#\n');
    const broker = await OwnBroker.start({ max_inflight_messages: 10, acl_file: aclFile });
    stops.push(() => broker.dispose());
    const refused = await bridge(extras.refused, { NAVORA_REGISTRY_URL: refusing.url });
    // Mosquitto ends a connection whose heartbeat it refuses, so this one comes again and again.
    const besides = await bridge(extras.besides, {
      NAVORA_MQTT_URL: broker.url,
      NAVORA_MQTT_CLIENT_ID: 'bridge-besides',
      NAVORA_MQTT_DROPS_TOPIC: 'none',
    });
    const twin = await system.running.services.extra('mqtt-bridge');
    await watch.fired(
      'NavoraRefused',
      'NavoraBrokerGrantsLess',
      'NavoraHeartbeatsRefused',
      'NavoraTwoBridges',
    );
    await Promise.all([refused, besides, twin].map((one) => one.stop(10_000)));
  }

  async function bridge(adminPort: number, settings: Record<string, string>): Promise<ServiceProcess> {
    const { 'mqtt-bridge': program } = await servicePrograms(workspaceRoot);
    const environment = ownEnvironment({ ...testEnvironment(), ...settings });
    const log = join(system.running.folder, `bridge-${adminPort}.log`);
    const process = ServiceProcess.start({
      ...{ service: 'mqtt-bridge', workspaceRoot, environment, adminPort, log, program },
    });
    stops.push(() => process.running && process.stop(1000));
    return process;
  }

  async function restlessAlerts(): Promise<void> {
    const { services } = system.running;
    const alerts = () => services.processOf('alerts');
    // The longest standstill is since the last scrape: one that Prometheus had given up when it was answered takes it
    // along. So each is hardly longer than a scrape may take, and there are as many as it needs.
    const seen = watch.fired('NavoraEventLoopStalled').then(() => true);
    let over = false;
    while (!over) {
      alerts()?.kill('SIGSTOP');
      await pause(1200);
      alerts()?.kill('SIGCONT');
      over = await Promise.race([seen, pause(1100, false)]);
    }
    for (let death = 0; death < 3; death++) {
      const before = alerts();
      before?.kill('SIGKILL');
      await before?.ended;
      await pause(1000);
      for (let looks = 0; looks < 60 && !(await alerts()?.ask('/health/live')); looks++) await pause(250);
      await pause(2500);
    }
    await watch.fired('NavoraRestarting');
  }

  /** Kafka deletes what the processor, which is away, has not read. */
  async function expiredReadings(): Promise<void> {
    const { services } = system.running;
    await services.hold('processor', 10_000);
    await watch.fires('NavoraServiceAbsent');
    await pause(3000);
    const admin = createKafka('drill', realServices(), createLogger('drill', 'silent')).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(TOPICS.readings);
    await admin.deleteTopicRecords({
      topic: TOPICS.readings,
      partitions: ends.map(({ partition, offset }) => ({ partition, offset })),
    });
    await admin.disconnect();
    services.release('processor');
    await watch.fired('NavoraRecordsExpired');
  }

  async function storesAway(): Promise<void> {
    const { stack = '' } = realServices();
    const kafkaIsBack = await takeAway(stack, 'kafka');
    await watch.fired('NavoraKafkaRequestsFail');
    await kafkaIsBack();
    await pause(10_000);
    const thaw = freeze('cassandra');
    try {
      await watch.fired('NavoraStoreFails', 'NavoraLagGrows');
      await watch.fires('NavoraNotReady');
    } finally {
      thaw();
    }
  }
});
