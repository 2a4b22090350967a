import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from './child.js';
import { stackHome } from './config.js';
import { instanceAt } from './instance.js';
import { mosquitto, mosquittoLaunch } from './mosquitto.js';
import { type MosquittoChanges, mosquittoConf } from './mosquitto-config.js';
import { mqttAnswers } from './mqtt-probe.js';
import { signalProcess } from './process-identity.js';
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
    const { downloads } = instanceAt(stackHome(home));
    await mosquitto.fetch(downloads, new AbortController().signal);
    const folder = mkdtempSync(join(tmpdir(), 'navora-broker-'));
    const broker = new OwnBroker(await freePort(), folder, downloads);
    const conf = mosquittoConf(`${broker.port} 127.0.0.1`, folder, userInfo().username, changes);
    writeFileSync(broker.configuration, conf);
    await broker.run();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Starts it again after `end`, with what it has on its disk. */
  async run(): Promise<void> {
    const launch = mosquittoLaunch(this.downloads, this.configuration);
    this.child = startChild(launch, join(this.folder, 'mosquitto.log'), this.folder);
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
