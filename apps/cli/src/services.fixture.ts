import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceProcesses, type ServiceName } from '@navora/drill';
import { type Endpoints, realServices } from '@navora/testing';
import { ownEnvironment } from './cli-config.js';
import { migrateAll } from './migrate.js';
import { workspaceRoot } from './workspace.js';

/** Where the services of a test find the real Kafka, Cassandra, registry and MQTT broker. */
export function testEnvironment(services: Endpoints = realServices()): Record<string, string> {
  const { cassandraContactPoints, cassandraDataCenter, cassandraPort, kafkaBrokers, mqttUrl, registryUrl } =
    services;
  return {
    NAVORA_KAFKA_BROKERS: kafkaBrokers.join(','),
    NAVORA_CASSANDRA_CONTACT_POINTS: cassandraContactPoints.join(','),
    NAVORA_CASSANDRA_PORT: String(cassandraPort),
    NAVORA_CASSANDRA_DATA_CENTER: cassandraDataCenter,
    NAVORA_REGISTRY_URL: registryUrl,
    NAVORA_MQTT_URL: mqttUrl,
    // An audit waits for one.
    NAVORA_MQTT_HEARTBEAT_SECONDS: '2',
    ...copies(),
  };
}

/** A stack of three nodes asks for a copy of everything on each. */
function copies(): Record<string, string> {
  const names = ['NAVORA_TOPIC_REPLICATION', 'NAVORA_KEYSPACE_REPLICATION'];
  return Object.fromEntries(
    names.flatMap((name) => (ownEnvironment()[name] ? [[name, ownEnvironment()[name] as string]] : [])),
  );
}

export interface RunningServices {
  services: ServiceProcesses;
  restarts: ServiceName[];
  /** How each of them ended, such as `processor: exit code 0`. */
  endings: string[];
  folder: string;
  stop(): Promise<void>;
}

/**
 * Topics, tables and the three services as real processes; each that dies is started again.
 *
 * @param on where what they need is
 * @param programs what the services are; those of the workspace when left out
 */
export async function runServices(
  settings: Record<string, string> = {},
  on = realServices(),
  programs?: Record<ServiceName, string>,
): Promise<RunningServices> {
  const environment = { ...testEnvironment(on), ...settings };
  await migrateAll(environment, () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'navora-services-'));
  const restarts: ServiceName[] = [];
  const endings: string[] = [];
  const services = new ServiceProcesses({
    workspaceRoot,
    environment: ownEnvironment(environment),
    logFolder: folder,
    programs,
    onRestart: (service, ended) => {
      restarts.push(service);
      endings.push(`${service}: ${ended}`);
    },
  });
  try {
    await services.start(new AbortController().signal);
  } catch (error) {
    await services.stop(1000);
    throw error;
  }
  return { services, restarts, endings, folder, stop: () => services.stop(20_000) };
}

const run = promisify(execFile);

/** Runs the command as a user does, on the services of this test run. */
export function navora(...args: string[]): ReturnType<typeof navoraIn> {
  return navoraIn({}, ...args);
}

/** The same, with these settings. */
export function navoraIn(settings: Record<string, string>, ...args: string[]): ReturnType<typeof navoraWith> {
  return navoraWith({ ...testEnvironment(), ...settings }, args);
}

/** The same, on these services. */
export function navoraOn(on: Endpoints, ...args: string[]): ReturnType<typeof navoraWith> {
  return navoraWith(testEnvironment(on), args);
}

async function navoraWith(
  environment: Record<string, string>,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = join(workspaceRoot, 'apps/cli/bin/navora.mjs');
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], {
      env: ownEnvironment(environment),
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
