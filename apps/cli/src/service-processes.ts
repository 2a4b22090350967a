import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { boundToUs } from '@navora/local-stack';
import { CommandFailure } from './failure.js';
import { workspaceRoot } from './workspace.js';

export const SERVICES = ['mqtt-bridge', 'processor', 'alerts'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ServiceProcessesOptions {
  environment: Record<string, string>;
  /** Each service writes `<name>.log` there. */
  logFolder: string;
  onRestart(service: ServiceName, ended: string): void;
}

interface Running {
  child: ChildProcess;
  log: string;
  adminPort: number;
  wasReady: boolean;
}

const RESTART_AFTER_MS = 500;
const READY_WITHIN_MS = 90_000;

/** The three services as child processes: started, restarted when they die, and stopped. */
export class ServiceProcesses {
  private readonly running = new Map<ServiceName, Running>();
  private stopping = false;

  constructor(private readonly options: ServiceProcessesOptions) {}

  /**
   * Starts all and resolves when all are ready.
   * @throws CommandFailure with a service's own words when it ends instead.
   */
  async start(signal: AbortSignal): Promise<void> {
    mkdirSync(this.options.logFolder, { recursive: true });
    for (const service of SERVICES) this.launch(service, await freePort());
    await Promise.all(SERVICES.map((service) => this.untilReady(service, signal)));
  }

  /** SIGTERM first: the services finish what they have, commit it, and leave. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const children = [...this.running.values()].map(({ child }) => child);
    const ended = Promise.all(children.map(hasEnded));
    for (const child of children) child.kill('SIGTERM');
    const timeout = new AbortController();
    const late = pause(graceMs, undefined, { signal: timeout.signal })
      .then(() => children.forEach((child) => child.kill('SIGKILL')))
      .catch(() => undefined);
    await ended;
    timeout.abort();
    await late;
  }

  pidOf(service: ServiceName): number | undefined {
    return this.running.get(service)?.child.pid;
  }

  /** @returns Prometheus text, or undefined while the service is away. */
  async metricsOf(service: ServiceName): Promise<string | undefined> {
    const port = this.running.get(service)?.adminPort;
    return port === undefined ? undefined : ask(port, '/metrics').then((answer) => answer?.body);
  }

  private launch(service: ServiceName, adminPort: number): void {
    const log = join(this.options.logFolder, `${service}.log`);
    const output = openSync(log, 'a');
    const [command, args] = boundToUs(process.execPath, [
      '--conditions=@navora/source',
      '--import',
      import.meta.resolve('@swc-node/register/esm-register'),
      join(workspaceRoot, 'apps', service, 'src/main.ts'),
    ]);
    const child = spawn(command, args, {
      cwd: join(workspaceRoot, 'apps', service),
      // In a group of its own: Ctrl-C is for us, and we stop the services when the fleet is done.
      detached: true,
      stdio: ['ignore', output, output],
      env: {
        ...process.env,
        ...this.options.environment,
        NAVORA_ADMIN_PORT: String(adminPort),
        SWC_NODE_PROJECT: join(workspaceRoot, 'tsconfig.base.json'),
      },
    });
    closeSync(output);
    this.running.set(service, { child, log, adminPort, wasReady: false });
    void hasEnded(child).then((how) => this.restart(service, child, how));
  }

  private async restart(service: ServiceName, child: ChildProcess, how: string): Promise<void> {
    const before = this.running.get(service);
    if (this.stopping || before?.child !== child || !before.wasReady) return;
    this.options.onRestart(service, how);
    await pause(RESTART_AFTER_MS);
    if (this.stopping) return;
    this.launch(service, before.adminPort);
    const again = this.running.get(service);
    if (again) again.wasReady = true;
  }

  private async untilReady(service: ServiceName, signal: AbortSignal): Promise<void> {
    const started = this.running.get(service);
    if (!started) return;
    const ended = hasEnded(started.child).then((how) => {
      throw new CommandFailure(`${service} ended at its start (${how}): ${lastWords(started.log)}`);
    });
    ended.catch(() => undefined);
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!signal.aborted) {
      const answer = await Promise.race([ask(started.adminPort, '/health/ready'), ended]);
      if (answer?.status === 200) {
        started.wasReady = true;
        return;
      }
      if (Date.now() > deadline) {
        throw new CommandFailure(
          `${service} is not ready after ${READY_WITHIN_MS / 1000} s: ${answer?.body ?? 'it does not answer'}; see ${started.log}`,
        );
      }
      await Promise.race([pause(100), ended]);
    }
  }
}

function hasEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve(`exit code ${child.exitCode}`);
    else if (child.signalCode !== null) resolve(`signal ${child.signalCode}`);
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
}

async function ask(port: number, path: string): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2000) });
    return { status: response.status, body: await response.text() };
  } catch {
    return undefined;
  }
}

/** The line that says why: services say it plainly on stderr, all else is structured. */
function lastWords(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const plain = lines.filter((line) => !line.startsWith('{')).slice(-8);
  return `${plain.join('\n') || lines.at(-1) || 'it said nothing'}\n(log: ${dirname(log)})`;
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
