import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '@navora/auditor';
import { GROUPS } from '@navora/schemas';
import { CALM, type Fleet, HandVehicles, startFleet } from '@navora/simulator';
import { BrokerTap, type BrokerLoss } from './broker-tap.js';
import { servicePrograms } from './service-programs.js';
import { chosenFaults } from './catalogue.js';
import type { DrillOptions } from './drill-options.js';
import { DrillWatch } from './drill-watch.js';
import type { Fault } from './fault.js';
import { FaultLog } from './fault-log.js';
import { summarise } from './injection.js';
import { Injector } from './injector.js';
import { measureHoldUps } from './hold-ups.js';
import { kafkaRoles } from './kafka-roles.js';
import { KafkaStanding } from './kafka-standing.js';
import { linkTo } from './links.js';
import type { DrillReport } from './report.js';
import { planFaults } from './schedule.js';
import { SERVICES } from './services.js';
import { ServiceProcesses } from './service-processes.js';
import { ServiceWatch } from './service-watch.js';
import { digestTables } from './table-digest.js';
import { breachesOf, type DrillFindings, HEAP_MIB } from './verdict.js';

const SERVICE_GRACE_MS = 30_000;
const FLEET_GRACE_MS = 180_000;

/**
 * Load, faults by a seeded schedule, heal, drain, audit. What was started is stopped in reverse, whatever happens;
 * what was broken in the stack is healed.
 *
 * @throws the signal's reason once it is aborted
 */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await drill(options, stops);
  } finally {
    for (const stop of stops.reverse()) await stop().catch((error) => options.tell(String(error)));
  }
}

async function drill(options: DrillOptions, stops: (() => Promise<unknown>)[]): Promise<DrillReport> {
  const { signal, folder, stack, seed, durationMs, ratePerSecond, tell } = options;
  const faults = chosenFaults(options.only, stack.nodes);
  const duringLoad = faults.filter(({ afterLoad }) => !afterLoad);
  const schedule = planFaults(duringLoad, { seed, durationMs, count: options.count });
  mkdirSync(folder, { recursive: true });
  const log = new FaultLog(join(folder, 'faults.jsonl'));

  // What runs: services behind links, and a watch on them.
  const programs = await servicePrograms(options.workspaceRoot, options.sourceOf);
  const tap = faults.some(({ losesAtBroker }) => losesAtBroker) ? new BrokerTap() : undefined;
  const linked = await linkTo(stack, tap && ((...bytes) => tap.hear(...bytes)));
  stops.push(() => linked.close());
  await options.migrate(linked.environment);
  signal.throwIfAborted();
  const crashes: DrillFindings['crashes'][number][] = [];
  const services = new ServiceProcesses({
    workspaceRoot: options.workspaceRoot,
    environment: { ...options.environment, ...linked.environment, NAVORA_SESSION_TIMEOUT_MS: '10000' },
    logFolder: join(folder, 'logs'),
    programs,
    nodeOptions: [`--max-old-space-size=${HEAP_MIB}`],
    onRestart: (service, how) => {
      watched.seen[service].restarts++;
      if (how === 'signal SIGKILL') return;
      crashes.push({ service, how, during: injector.underway });
      tell(`${service} ended by itself: ${how}`);
    },
  });
  const watched = new ServiceWatch(services);
  stops.push(() => services.stop(SERVICE_GRACE_MS));
  await services.start(signal);
  signal.throwIfAborted();

  // What they are given: a fleet, and vehicles for what no well-made device sends.
  const noDuplicateExcused = faults.length > 0 && faults.every(({ causesNoDuplicate }) => causesNoDuplicate);
  const histories = [join(folder, 'fleet.jsonl'), join(folder, 'by-hand.jsonl')] as const;
  const hands = await HandVehicles.create(stack.mqtt.url, histories[1]);
  stops.push(() => hands.end(0));
  const fleet = await startFleet({
    ...{ mqttUrl: stack.mqtt.url, registryUrl: stack.registry.url, historyFile: histories[0], signal },
    ...{ vehicles: options.vehicles, ratePerSecond, seed },
    imperfections: noDuplicateExcused ? CALM : {},
  });
  stops.push(() => fleet.stop({ graceMs: 0 }));

  const kafka = new KafkaStanding(stack.kafka.brokers);
  const beganAt = Date.now();
  const since = () => `${((Date.now() - beganAt) / 1000).toFixed(1).padStart(6)} s`;
  const watch = new DrillWatch(
    watched,
    kafka,
    Math.max(2 * ratePerSecond, 200),
    () => options.show(`${since()}  ${figures(fleet, hands, watch, watched)}`),
    signal,
  );
  stops.push(() => watch.stop());
  const injector: Injector = new Injector({
    world: {
      ...{ stack: stack.name, services, links: linked.links, hands },
      kafkaRoles: () => kafkaRoles(stack.kafka.brokers, Object.values(GROUPS)),
      stored: {
        digest: () => digestTables(stack, options.keyspace),
        resetToEarliest: () => kafka.resetToEarliest(),
        untilCaughtUp: async () => {
          if (!(await watch.drained())) throw new Error('the replay did not end');
        },
      },
    },
    ...{ log, seed, signal },
    recovered: () => watch.recovered(),
    processorReady: () => watched.ready.processor,
    redelivered: () => SERVICES.reduce((sum, service) => sum + watched.seen[service].redelivered, 0),
    tell: (line) => tell(`${since()}  ${line}`),
  });

  // Break and heal while they drive, then let everything come home.
  await injector.follow(schedule, duringLoad, durationMs);
  await restOf(durationMs - (Date.now() - beganAt), signal);
  signal.throwIfAborted();
  tell(`${since()}  the load ends`);
  const drainingSince = Date.now();
  const summary = await fleet.stop({ graceMs: FLEET_GRACE_MS });
  await hands.end(FLEET_GRACE_MS);
  const drained = await watch.drained();
  const drainMs = Date.now() - drainingSince;
  await afterwards(faults, injector);
  await injector.settled();
  signal.throwIfAborted();

  await watch.stop();
  tell(`${since()}  the audit`);
  const { files, lostByBroker } = await attributable(histories, tap);
  const verdict = await audit({
    historyFiles: files,
    faultsFile: log.file,
    rulesFile: options.rulesFile,
    kafkaBrokers: stack.kafka.brokers,
    cassandra: {
      contactPoints: stack.cassandra.contactPoints,
      port: stack.cassandra.port,
      dataCenter: stack.cassandra.localDataCenter,
      keyspace: options.keyspace,
    },
    registryUrl: stack.registry.url,
    processorGroup: GROUPS.processor,
    alertsGroup: GROUPS.alerts,
    waitForQuietSeconds: 60,
    fullScan: false,
    onProgress: (what) => options.show(`${since()}  ${what}`),
  });
  const { injections, breaches: seen } = injector;
  await measureHoldUps(injections, histories, stack, options.keyspace);
  const breaches = breachesOf({
    ...{ audit: verdict, injections, services: watched.seen, crashes, seen, drained, noDuplicateExcused },
  });
  return {
    held: breaches.length === 0,
    broken: [...new Set(breaches.map(({ name }) => name))],
    breaches,
    ...{ seed, minutes: durationMs / 60_000, ratePerSecond, vehicles: options.vehicles },
    sent: summary.sent + hands.sent,
    acknowledged: verdict.totals.acknowledged,
    drainMs,
    faults: summarise(injections),
    injections,
    services: watched.seen,
    ...(lostByBroker ? { lostByBroker } : {}),
    audit: verdict,
    replay: options.replay,
    folder,
  };
}

/** The histories without what the broker acknowledged and lost, if it was one of the parts that were broken. */
async function attributable(
  histories: readonly string[],
  tap: BrokerTap | undefined,
): Promise<{ files: readonly string[]; lostByBroker?: BrokerLoss }> {
  if (!tap) return { files: histories };
  const total = { acknowledgedByBroker: 0, lost: 0 };
  const files = [];
  for (const history of histories) {
    const strained = history.replace(/\.jsonl$/, '-by-the-bridge.jsonl');
    const { acknowledgedByBroker, lost } = await tap.strain(history, strained);
    total.acknowledgedByBroker += acknowledgedByBroker;
    total.lost += lost;
    files.push(strained);
  }
  return { files, lostByBroker: total };
}

async function afterwards(faults: readonly Fault[], injector: Injector): Promise<void> {
  for (const [index, fault] of faults.filter(({ afterLoad }) => afterLoad).entries())
    await injector.inject(fault, fault.lastsMs[0], 1_000_000 + index);
}

function restOf(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

function figures(fleet: Fleet, hands: HandVehicles, watch: DrillWatch, watched: ServiceWatch): string {
  const { sent, unacknowledged, waiting } = fleet.stats();
  const { standing } = watch;
  const away = SERVICES.filter((service) => !watched.ready[service]);
  return [
    `${sent + hands.sent} sent`,
    `${unacknowledged + waiting} not acknowledged`,
    standing
      ? `lag ${standing.readingsLag} readings, ${standing.signalsLag} signals`
      : 'Kafka does not answer',
    ...(away.length > 0 ? [`not ready: ${away.join(', ')}`] : []),
  ].join(', ');
}
