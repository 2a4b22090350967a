import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from './child.js';
import { stackHome } from './config.js';
import { instanceAt, makeFolders } from './instance.js';
import { fetchMosquitto, mosquittoLaunch, writeSecureConf } from './mosquitto.js';
import { type MosquittoChanges, mosquittoConf } from './mosquitto-config.js';
import { mqttAnswers } from './mqtt-probe.js';
import { signalProcess } from './process-identity.js';
import { makeStackTls, operatorCredentials, type StackTls } from './stack-tls.js';
import { waitUntil } from './wait-until.js';

/** A mosquitto beside the stack's, with settings of its own: to be killed without harm to anybody else. */
export class OwnBroker {
  private child: Child | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly downloads: string,
  ) {}

  /** @param changes settings of mosquitto.conf that shall be other than the stack's. */
  static async start(changes: MosquittoChanges = {}, home?: string): Promise<OwnBroker> {
    const broker = new OwnBroker(await freePort(), newFolder(), await fetched(home));
    const conf = mosquittoConf(`${broker.port} 127.0.0.1`, broker.folder, userInfo().username, changes);
    writeFileSync(broker.configuration, conf);
    await broker.run();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.identity?.pid ?? 0;
  }

  /** Starts it again after `end`, with what it has on its disk. */
  async run(): Promise<void> {
    this.child = startBroker(this.downloads, this.configuration, this.folder);
    await waitUntil('The MQTT broker', () => mqttAnswers('127.0.0.1', this.port), { withinMs: 20_000 });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child?.identity) signalProcess(this.child.identity, signal);
    await this.child?.ended;
    this.child = undefined;
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get configuration(): string {
    return join(this.folder, 'mosquitto.conf');
  }
}

/** The same with TLS, as the stack has it, and authorities of its own. */
export class OwnSecureBroker {
  private child: Child | undefined;

  private constructor(
    readonly tls: StackTls,
    /** Of the vehicles' listener. */
    readonly port: number,
    readonly servicesPort: number,
    private readonly folder: string,
    private readonly downloads: string,
  ) {}

  static async start(home?: string): Promise<OwnSecureBroker> {
    const downloads = await fetched(home);
    const folder = newFolder();
    const instance = instanceAt(folder, 'own');
    makeFolders(instance);
    const tls = await makeStackTls(instance);
    const [port, servicesPort] = [await freePort(), await freePort()];
    const data = join(folder, 'data');
    mkdirSync(data);
    const listeners = { vehicles: `${port} 127.0.0.1`, services: `${servicesPort} 127.0.0.1` };
    const configuration = join(folder, 'mosquitto.conf');
    writeFileSync(configuration, writeSecureConf(listeners, tls, folder, data));
    const broker = new OwnSecureBroker(tls, port, servicesPort, folder, downloads);
    await broker.run();
    return broker;
  }

  /** Starts it again after `end`, with what it has on its disk. */
  async run(): Promise<void> {
    this.child = startBroker(this.downloads, join(this.folder, 'mosquitto.conf'), this.folder);
    const tls = operatorCredentials(this.tls);
    const answers = () => mqttAnswers('127.0.0.1', this.servicesPort, { tls });
    await waitUntil('The MQTT broker', answers, { withinMs: 20_000 });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child?.identity) signalProcess(this.child.identity, signal);
    await this.child?.ended;
    this.child = undefined;
  }

  get url(): string {
    return `mqtts://127.0.0.1:${this.port}`;
  }

  get servicesUrl(): string {
    return `mqtts://127.0.0.1:${this.servicesPort}`;
  }

  get pid(): number {
    return this.child?.identity?.pid ?? 0;
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function fetched(home: string | undefined): Promise<string> {
  const { downloads } = instanceAt(stackHome(home));
  await fetchMosquitto(downloads, new AbortController().signal);
  return downloads;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'navora-broker-'));
}

function startBroker(downloads: string, configuration: string, folder: string): Child {
  return startChild(mosquittoLaunch(downloads, configuration), join(folder, 'mosquitto.log'), folder);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
