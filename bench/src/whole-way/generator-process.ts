import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { freshProgram } from '@navora/bundling';
import { boundToUs } from '@navora/local-stack';
import type { Quantiles } from './latencies.js';
import type { LoadPlan } from './load-plan.js';

export interface GeneratorTask {
  plan: LoadPlan;
  mqttUrl: string;
  /** With `{vehicleId}` as one whole level. */
  mqttTopic: string;
  schemaId: number;
  connections: number;
}

/** What a generator says at its end. Everything of its plan was sent. */
export interface LoadReport {
  sent: number;
  /** Numbers of readings that the broker never acknowledged: whether they arrived nobody knows. */
  unacknowledged: number[];
  /** How many got another reason code than success, by code. */
  refused: Record<number, number>;
  /** From when a reading was due; those after the warm-up. */
  acknowledgedAfterMs: Quantiles;
  /** The same until it was written to the socket: how late the generator itself was. */
  sentAfterMs: Quantiles;
}

export interface RunningGenerator {
  pid: number;
  finished: Promise<LoadReport>;
  end(): void;
}

export function generatorProgram(workspaceRoot: string): Promise<string> {
  return freshProgram(workspaceRoot, 'load-generator', 'bench/src/whole-way/generator.ts');
}

/** Resolves when it is connected and waits for the plan to begin. @throws with its own words */
export async function startGenerator(program: string, task: GeneratorTask): Promise<RunningGenerator> {
  const [command, args] = boundToUs(process.execPath, [
    '--enable-source-maps',
    program,
    JSON.stringify(task),
  ]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = text(child.stdout);
  let complaints = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const finished = ended.then(async (code) => {
    if (code !== 0) throw new Error(`the load generator ended (${code}): ${complaints}`);
    return JSON.parse(await said) as LoadReport;
  });
  finished.catch(() => undefined);
  await new Promise<void>((ready, failed) => {
    child.stderr.on('data', (chunk: Buffer) => {
      complaints += chunk.toString();
      if (complaints.startsWith('ready\n')) ready();
    });
    finished.then(
      () => failed(new Error('the load generator ended at once')),
      (error: Error) => failed(error),
    );
  });
  return { pid: child.pid as number, finished, end: () => child.kill() };
}
