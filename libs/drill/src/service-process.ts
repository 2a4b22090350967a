import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { boundToUs } from '@navora/local-stack';
import type { ServiceName } from './services.js';

/** A service could not be started; said in its own words. */
export class ServiceFailure extends Error {
  override name = 'ServiceFailure';
}

export interface ServiceLaunch {
  service: ServiceName;
  workspaceRoot: string;
  /** All of it, what every process needs included. */
  environment: Record<string, string | undefined>;
  adminPort: number;
  /** What it writes is added to this file. */
  log: string;
  /** The JavaScript file that is the service. */
  program: string;
  nodeOptions?: string[] | undefined;
}

const READY_WITHIN_MS = 90_000;

/** One service as a child process. */
export class ServiceProcess {
  readonly startedAt = Date.now();
  /** How it ended: `signal SIGKILL`, `exit code 0`. */
  readonly ended: Promise<string>;

  private constructor(
    readonly launch: ServiceLaunch,
    private readonly child: ChildProcess,
  ) {
    this.ended = hasEnded(child);
  }

  static start(launch: ServiceLaunch): ServiceProcess {
    const { service, workspaceRoot, environment, adminPort } = launch;
    const output = openSync(launch.log, 'a');
    const [command, args] = boundToUs(process.execPath, [
      ...(launch.nodeOptions ?? []),
      '--enable-source-maps',
      launch.program,
    ]);
    const child = spawn(command, args, {
      cwd: join(workspaceRoot, 'apps', service),
      // In a group of its own: Ctrl-C is for us, and we stop the services when the fleet is done.
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...environment, NAVORA_ADMIN_PORT: String(adminPort) },
    });
    closeSync(output);
    return new ServiceProcess(launch, child);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** @returns undefined while it does not answer. */
  ask(path: string, withinMs = 2000): Promise<{ status: number; body: string } | undefined> {
    return ask(this.launch.adminPort, path, withinMs);
  }

  /** @throws ServiceFailure when it ends instead, or takes too long. */
  async untilReady(signal: AbortSignal): Promise<void> {
    const { service, log } = this.launch;
    const ended = this.ended.then((how) => {
      throw new ServiceFailure(`${service} ended at its start (${how}): ${lastWords(log)}`);
    });
    ended.catch(() => undefined);
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!signal.aborted) {
      const answer = await Promise.race([this.ask('/health/ready'), ended]);
      if (answer?.status === 200) return;
      if (Date.now() > deadline) {
        throw new ServiceFailure(
          `${service} is not ready after ${READY_WITHIN_MS / 1000} s: ${answer?.body ?? 'it does not answer'}; see ${log}`,
        );
      }
      await Promise.race([pause(100), ended]);
    }
  }

  /** SIGTERM, and SIGKILL once the grace time is over. @returns how it ended, and after how long. */
  async stop(graceMs: number): Promise<{ how: string; tookMs: number }> {
    const begun = Date.now();
    const timeout = new AbortController();
    const late = pause(graceMs, undefined, { signal: timeout.signal })
      .then(() => this.kill('SIGKILL'))
      .catch(() => undefined);
    this.kill('SIGTERM');
    this.kill('SIGCONT');
    const how = await this.ended;
    timeout.abort();
    await late;
    return { how, tookMs: Date.now() - begun };
  }
}

function hasEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
}

async function ask(
  port: number,
  path: string,
  withinMs: number,
): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(withinMs),
    });
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

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
