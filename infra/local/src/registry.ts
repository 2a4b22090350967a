import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Component, Launch, Site } from './component.js';
import { dataFolder } from './instance.js';
import { download, isDownloaded } from './maven.js';
import type { StackPorts } from './ports.js';
import { runToEnd } from './run-to-end.js';
import type { CertificateFiles, StackTls } from './stack-tls.js';
import { versions } from './versions.js';

const title = `Apicurio ${versions.registry}`;
const pom = join(import.meta.dirname, '../registry/pom.xml');
const program = (downloads: string): string => join(downloads, `apicurio-${versions.registry}`);

export const registryUrl = (port: number, secure = false): string =>
  `${secure ? 'https' : 'http'}://127.0.0.1:${port}/apis/ccompat/v7`;

/** In plain text, or with TLS. It cannot tell its clients apart: that takes an OpenID provider beside it. */
export function registry(tls: StackTls | null): Component {
  const at = ({ registry }: StackPorts): RegistryAt => ({
    url: registryUrl(registry, tls !== null),
    ca: tls ? readFileSync(tls.servicesCa) : undefined,
  });
  return {
    name: 'registry',
    title,
    host: '127.0.0.1',
    port: 'registry',
    fetched: (downloads) => isDownloaded(program(downloads)),
    fetch: fetchRegistry,
    prepare: (site) => prepareRegistry(site, tls),
    ready: (ports) => registryReady(at(ports)),
    alive: (ports) => registryAlive(at(ports)),
  };
}

export interface RegistryAt {
  url: string;
  /** PEM; left out, the well-known authorities count. */
  ca?: Buffer | undefined;
}

function fetchRegistry(downloads: string, signal: AbortSignal): Promise<void> {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:copy';
  return download({ title, folder: program(downloads), pom, goal, finish: unpack }, signal);

  async function unpack(folder: string): Promise<void> {
    const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz')) ?? '';
    await runToEnd('tar', ['-xzf', join(folder, archive), '-C', folder], signal);
    rmSync(join(folder, archive));
  }
}

async function prepareRegistry({ instance, ports, java }: Site, tls: StackTls | null): Promise<Launch> {
  const data = dataFolder(instance, 'registry');
  mkdirSync(data, { recursive: true });
  const runner = join(program(instance.downloads), `apicurio-registry-app-${versions.registry}-runner.jar`);
  return {
    command: java.command,
    args: [
      // It answers a few requests an hour: what counts is how soon it answers the first.
      ...['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto'],
      '-Dquarkus.http.host=127.0.0.1',
      ...(tls ? secured(ports.registry, tls.servers.registry) : [`-Dquarkus.http.port=${ports.registry}`]),
      // In memory, the default, it would forget its ids while Kafka keeps records that name them.
      `-Dapicurio.datasource.url=jdbc:h2:file:${join(data, 'registry')}`,
      ...['-jar', runner],
    ],
  };
}

function secured(port: number, { cert, key }: CertificateFiles): string[] {
  return [
    `-Dquarkus.http.ssl-port=${port}`,
    '-Dquarkus.http.insecure-requests=disabled',
    `-Dquarkus.http.ssl.certificate.files=${cert}`,
    `-Dquarkus.http.ssl.certificate.key-files=${key}`,
  ];
}

/** Rejects until a schema registers and its subject can be held to FULL_TRANSITIVE. Leaves no subject behind. */
export async function registryReady(at: RegistryAt): Promise<void> {
  const subject = 'navora-stack-probe';
  const schema = JSON.stringify({ type: 'record', name: 'NavoraStackProbe', fields: [] });
  await call(at, `/subjects/${subject}/versions`, 'POST', { schema });
  await call(at, `/config/${subject}`, 'PUT', { compatibility: 'FULL_TRANSITIVE' });
  await call(at, `/subjects/${subject}`, 'DELETE');
  await call(at, `/subjects/${subject}?permanent=true`, 'DELETE');
}

export async function registryAlive(at: RegistryAt): Promise<void> {
  await call(at, '/subjects', 'GET');
}

const PATIENCE_MS = 5_000;

/** By `node:https`, since `fetch` cannot be told whom to trust. */
async function call({ url, ca }: RegistryAt, path: string, method: string, body?: object): Promise<void> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const { request } = url.startsWith('https:') ? https : http;
  const asked = request(`${url}${path}`, { method, headers, ca, signal: AbortSignal.timeout(PATIENCE_MS) });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
  const answer = await text(response);
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299)
    throw new Error(`${method} ${url}${path} answered ${statusCode}: ${answer.slice(0, 200)}`);
}
