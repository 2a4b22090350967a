import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Component, Launch, Site } from './component.js';
import { dataFolder } from './instance.js';
import { download, isDownloaded } from './maven.js';
import { runToEnd } from './run-to-end.js';
import { versions } from './versions.js';

const title = `Apicurio ${versions.registry}`;
const pom = join(import.meta.dirname, '../registry/pom.xml');
const program = (downloads: string): string => join(downloads, `apicurio-${versions.registry}`);

export const registryUrl = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

export const registry: Component = {
  name: 'registry',
  title,
  host: '127.0.0.1',
  port: 'registry',
  fetched: (downloads) => isDownloaded(program(downloads)),
  fetch: fetchRegistry,
  prepare: prepareRegistry,
  ready: ({ registry }) => registryReady(registryUrl(registry)),
  alive: ({ registry }) => registryAlive(registryUrl(registry)),
};

function fetchRegistry(downloads: string, signal: AbortSignal): Promise<void> {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:copy';
  return download({ title, folder: program(downloads), pom, goal, finish: unpack }, signal);

  async function unpack(folder: string): Promise<void> {
    const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz')) ?? '';
    await runToEnd('tar', ['-xzf', join(folder, archive), '-C', folder], signal);
    rmSync(join(folder, archive));
  }
}

async function prepareRegistry({ instance, ports, java }: Site): Promise<Launch> {
  const data = dataFolder(instance, 'registry');
  mkdirSync(data, { recursive: true });
  const runner = join(program(instance.downloads), `apicurio-registry-app-${versions.registry}-runner.jar`);
  return {
    command: java.command,
    args: [
      // It answers a few requests an hour: what counts is how soon it answers the first.
      ...['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto'],
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${ports.registry}`,
      // In memory, the default, it would forget its ids while Kafka keeps records that name them.
      `-Dapicurio.datasource.url=jdbc:h2:file:${join(data, 'registry')}`,
      ...['-jar', runner],
    ],
  };
}

/** Rejects until a schema registers and its subject can be held to FULL_TRANSITIVE. Leaves no subject behind. */
export async function registryReady(url: string): Promise<void> {
  const subject = 'navora-stack-probe';
  const schema = JSON.stringify({ type: 'record', name: 'NavoraStackProbe', fields: [] });
  await call(`${url}/subjects/${subject}/versions`, 'POST', { schema });
  await call(`${url}/config/${subject}`, 'PUT', { compatibility: 'FULL_TRANSITIVE' });
  await call(`${url}/subjects/${subject}`, 'DELETE');
  await call(`${url}/subjects/${subject}?permanent=true`, 'DELETE');
}

export async function registryAlive(url: string): Promise<void> {
  await call(`${url}/subjects`, 'GET');
}

async function call(url: string, method: string, body?: object): Promise<void> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 200)}`);
}
