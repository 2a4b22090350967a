import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { audit, renderReport } from '@navora/auditor';
import { createCassandra } from '@navora/cassandra';
import { ServiceProcesses } from '@navora/drill';
import { createKafka } from '@navora/kafka';
import { servicesEnv } from '@navora/local-stack';
import {
  cassandraSettings,
  createLogger,
  errorFields,
  kafkaSettings,
  readConfiguration,
} from '@navora/runtime';
import { GROUPS } from '@navora/schemas';
import { startFleet, type Fleet } from '@navora/simulator';
import { ownEnvironment } from './cli-config.js';
import { openBrokerWatch, reloadOfStack } from './device-watch.js';
import { INTERRUPTED, onInterrupt } from './interrupt.js';
import { FigureCollector } from './live-figures.js';
import { LiveView } from './live-view.js';
import { migrateAll } from './migrate.js';
import { servicesToAudit } from './services-to-audit.js';
import { ReadableSampler } from './readable-sampler.js';
import { layoutOf } from './stored-readings.js';
import { upStack } from './up-stack.js';
import { accessOfVehicles } from './vehicle-credentials.js';
import { stackFolder, workspaceRoot } from './workspace.js';

export interface StartOptions {
  /** ms; without it until Ctrl-C */
  for?: number;
  vehicles: number;
  rate: number;
  seed: number;
  stack: string;
  /** Everything over TLS, if the stack does not run already. */
  tls: boolean;
  keepStack?: boolean;
}

const SERVICE_GRACE_MS = 30_000;
const REVOCATIONS_EVERY_MS = 5_000;

/**
 * Everything at once: stack, tables, services, fleet, live view; at the end the audit, if the run had an end.
 * What was started is stopped in reverse, whatever happens.
 *
 * @returns the exit code: the audit's verdict, or 130 after Ctrl-C.
 */
export async function startEverything(options: StartOptions): Promise<number> {
  const interrupt = onInterrupt();
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await run(options, interrupt, stops);
  } catch (error) {
    if (interrupt.aborted) return INTERRUPTED;
    throw error;
  } finally {
    for (const stop of stops.reverse()) await stop().catch((error) => console.error(String(error)));
  }
}

async function run(
  options: StartOptions,
  interrupt: AbortSignal,
  stops: (() => Promise<unknown>)[],
): Promise<number> {
  const startedAt = Date.now();
  const folder = stackFolder(options.stack);
  const endpoints = await upStack(options, interrupt, stops);
  const environment = servicesEnv(endpoints);
  await migrateAll(ownEnvironment(environment), (step) => console.log(step));
  interrupt.throwIfAborted();

  if (endpoints.tls) stops.push(watchBroker(environment, options.stack, folder));

  const view = new LiveView(process.stdout);
  const services = new ServiceProcesses({
    workspaceRoot,
    environment: ownEnvironment(environment),
    logFolder: join(folder, 'logs'),
    onRestart: (service, ended) => view.say(`${service} ended (${ended}) and is started again`),
  });
  stops.push(() => services.stop(SERVICE_GRACE_MS));
  await services.start(interrupt);
  interrupt.throwIfAborted();
  console.log(
    `the services are ready (${seconds(startedAt)} s after the start); their logs: ${join(folder, 'logs')}`,
  );

  const historyFile = options.for === undefined ? undefined : newHistoryFile(folder);
  const fleet = await startFleet({
    ...(await accessOfVehicles(endpoints.mqtt.url, {
      devicesAuthority: endpoints.tls?.devices,
      brokerCaFile: endpoints.tls?.servicesCa,
    })),
    registryUrl: endpoints.registry.url,
    registryCaFile: endpoints.tls?.servicesCa,
    vehicles: options.vehicles,
    ratePerSecond: options.rate,
    seed: options.seed,
    durationMs: options.for,
    historyFile,
    signal: interrupt,
  });
  stops.push(() => fleet.stop({ graceMs: 0 }));
  console.log(
    `${options.vehicles} vehicles named ${fleet.prefix}-…, ${options.rate} messages a second, seed ${options.seed}`,
  );

  view.suggest(nextCommands(fleet, options.vehicles));

  const access = accessIn(ownEnvironment(environment));
  await watch(fleet, services, access, view, interrupt);
  const summary = await fleet.stop({ graceMs: interrupt.aborted ? 5000 : 30_000 });
  view.say(
    `the fleet sent ${summary.sent} readings, ${summary.resent} of them again; ${summary.acknowledged} acknowledged`,
  );
  if (interrupt.aborted || historyFile === undefined) return interrupt.aborted ? INTERRUPTED : 0;

  const report = await audit({
    historyFiles: [historyFile],
    rulesFile: join(workspaceRoot, 'config/rules.yaml'),
    ...servicesToAudit(access),
    processorGroup: GROUPS.processor,
    alertsGroup: GROUPS.alerts,
    waitForQuietSeconds: 60,
    // The whole table holds earlier runs as well.
    fullScan: false,
  });
  for (const stop of stops.splice(0).reverse()) await stop();
  console.log(`\naudit of ${historyFile}`);
  console.log(renderReport(report));
  return report.held ? 0 : 1;
}

const accessIn = (environment: Record<string, string | undefined>) =>
  readConfiguration({ ...kafkaSettings, ...cassandraSettings }, environment, 'operator');
type Access = ReturnType<typeof accessIn>;

/** What runs beside a broker. @returns what stops it */
function watchBroker(
  environment: Record<string, string>,
  stack: string,
  folder: string,
): () => Promise<void> {
  const log = createLogger('devices-watch', 'info', join(folder, 'logs', 'devices-watch.log'));
  const settings = ownEnvironment({ ...environment, NAVORA_ADMIN_PORT: '0', NAVORA_BROKER_NAME: stack });
  const watch = openBrokerWatch(settings, reloadOfStack(stack), log);
  const stop = new AbortController();
  const running = watch.run(REVOCATIONS_EVERY_MS, stop.signal).catch((error: unknown) => {
    log.error(errorFields(error), 'watch_ended');
  });
  return async () => {
    stop.abort();
    await running;
    await watch.close();
  };
}

/** Shows the figures until the fleet is done or Ctrl-C. */
async function watch(
  fleet: Fleet,
  services: ServiceProcesses,
  access: Access,
  view: LiveView,
  interrupt: AbortSignal,
): Promise<void> {
  const log = createLogger('start', 'silent');
  const admin = createKafka('navora-start', access, log).admin();
  const cassandra = createCassandra(access, log);
  const keyspace = access.cassandraKeyspace;
  let done = false;
  const over = Promise.race([fleet.finished, aborted(interrupt)]).finally(() => (done = true));
  try {
    await Promise.all([admin.connect(), cassandra.connect()]);
    const sampler = new ReadableSampler(cassandra, keyspace, await layoutOf(cassandra, keyspace));
    fleet.onPublish((publication) => sampler.offer(publication));
    const collector = await FigureCollector.create({
      fleet,
      admin,
      cassandra,
      keyspace,
      services,
      sampler,
      groups: GROUPS,
    });
    while (!done) {
      const figures = await collector.collect().catch(() => undefined);
      if (figures) view.show(figures);
      await Promise.race([pause(1000), over]);
    }
    sampler.end();
    await over;
  } finally {
    await Promise.allSettled([admin.disconnect(), cassandra.shutdown()]);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function newHistoryFile(folder: string): string {
  mkdirSync(join(folder, 'history'), { recursive: true });
  return join(folder, 'history', `${new Date().toISOString().replace(/[:.]/g, '-')}.jsonl`);
}

/** The last vehicle of the fleet is as good as any; its number has the full width. */
function nextCommands(fleet: Fleet, vehicles: number): string[] {
  return [
    'npx navora alerts list',
    `npx navora readings ${fleet.prefix}-${vehicles} --from 1m`,
    'npx navora stack status',
    'npx navora --help',
  ];
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}
