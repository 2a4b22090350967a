import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const app = fileURLToPath(new URL('../..', import.meta.url));
const workspace = fileURLToPath(new URL('../../../..', import.meta.url));

/** For tests: the service as a process of its own, that may be killed. */
export class AlertsProcess {
  private output = '';
  private readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(environment: Record<string, string | undefined>) {
    this.child = spawn(
      process.execPath,
      ['--conditions=@navora/source', '--import', '@swc-node/register/esm-register', 'src/main.ts'],
      {
        cwd: app,
        env: {
          SWC_NODE_PROJECT: `${workspace}/tsconfig.base.json`,
          NAVORA_ADMIN_PORT: '0',
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.exited = once(this.child, 'exit').then(([code]) => code as number | null);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get said(): string {
    return this.output;
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
}

function onceOutput(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.stdout?.once('data', () => resolve(false));
    child.stderr?.once('data', () => resolve(false));
  });
}
