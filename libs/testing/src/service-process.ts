import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { freshProgram } from '@navora/bundling';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

export type Environment = Record<string, string | undefined>;

/** One of our services as a process of its own, that may be asked, frozen, ended and killed. */
export class ServiceProcess {
  private output = '';
  private readonly exited: Promise<number | null>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly adminPort: number,
  ) {
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** It sees this environment and nothing of ours. */
  static async start(app: string, environment: Environment): Promise<ServiceProcess> {
    const program = await freshProgram(workspace, app, `apps/${app}/src/main.ts`);
    return ServiceProcess.program(`${workspace}/apps/${app}`, environment, program);
  }

  /** A run of the `navora` command, such as one that has an admin port. */
  static async command(environment: Environment, ...args: string[]): Promise<ServiceProcess> {
    const program = await freshProgram(workspace, 'navora', 'apps/cli/src/main.ts');
    return ServiceProcess.program(workspace, environment, program, ...args);
  }

  /** A JavaScript file that is a service or the command. */
  static async program(
    cwd: string,
    environment: Environment,
    program: string,
    ...args: string[]
  ): Promise<ServiceProcess> {
    const adminPort = await freePort();
    const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], {
      cwd,
      env: { ...environment, NAVORA_ADMIN_PORT: String(adminPort) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServiceProcess(child, adminPort);
  }

  get said(): string {
    return this.output;
  }

  get residentBytes(): number {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  }

  /** Waits for a line of its log; a process that ends instead tells what it said. */
  async untilItSays(event: string): Promise<void> {
    while (!this.output.includes(event)) {
      const ended = await Promise.race([this.exited.then(() => true), onceOutput(this.child)]);
      if (ended === true && !this.output.includes(event)) {
        throw new Error(`the process ended before it said ${event}:\n${this.output.slice(-3000)}`);
      }
    }
  }

  /** What `/health/ready` answers: empty when it is ready, why not otherwise; undefined when it does not answer. */
  async notReadyBecause(): Promise<string[] | undefined> {
    const body = await this.ask('/health/ready');
    return body === undefined ? undefined : (JSON.parse(body) as { because: string[] }).because;
  }

  async isReady(): Promise<boolean> {
    return (await this.notReadyBecause())?.length === 0;
  }

  async isAlive(): Promise<boolean> {
    return (await this.ask('/health/live')) !== undefined;
  }

  /** The sum of a metric over its labels, or over those with this one, such as `reason="left"`; 0 while it has none. */
  async metric(name: string, label = ''): Promise<number> {
    const text = (await this.ask('/metrics')) ?? '';
    const values = text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'));
    return [...values]
      .filter(([, labels = '']) => labels.includes(label))
      .reduce((sum, [, , value]) => sum + Number(value), 0);
  }

  /** Frozen, it holds its connections and hears nothing; thawed, it goes on where it was. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** @returns the exit code; null for a killed process. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }

  ended(): Promise<number | null> {
    return this.exited;
  }

  private async ask(path: string): Promise<string | undefined> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.adminPort}${path}`, {
        signal: AbortSignal.timeout(3000),
      });
      return await answer.text();
    } catch {
      return undefined;
    }
  }
}

function onceOutput(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.stdout?.once('data', () => resolve(false));
    child.stderr?.once('data', () => resolve(false));
  });
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
