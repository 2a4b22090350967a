import { rmSync } from 'node:fs';
import { claimPorts } from './claim-ports.js';
import { instanceAt } from './instance.js';
import { findJava } from './java.js';
import { hostsOf, rememberNodes, requireLoopbackAddresses } from './nodes.js';
import { movesLine } from './ports.js';
import type { StackProgress } from './progress.js';
import { StackError } from './stack-error.js';
import { makeStackTls } from './stack-tls.js';
import { Supervisor } from './supervisor.js';
import { takeLock } from './supervisor-lock.js';
import type { SupervisorMessage, SupervisorTask } from './supervisor-message.js';

// The process behind `stack up`: `supervisor-main <task as JSON>`. Reports to whoever started it until the stack
// is up, then goes on alone until SIGTERM.
const { home, name, nodes, tls, tuning, environment } = JSON.parse(process.argv[2] ?? '{}') as SupervisorTask;
const instance = instanceAt(home, name);

let supervisor: Supervisor | undefined;
let ending: Promise<void> | undefined;
let attended = true;

function tell(message: SupervisorMessage): void {
  if (attended && process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function report(event: StackProgress): void {
  console.log(
    `${new Date().toISOString()} ${event.component} ${event.phase}: ${event.message} (${event.seconds} s)`,
  );
  tell({ type: 'progress', event });
}

function end(exitCode: number): Promise<void> {
  ending ??= (async () => {
    await supervisor?.stop();
    for (const file of [instance.envFile, instance.stateFile, instance.lockFile])
      rmSync(file, { force: true });
    process.exit(exitCode);
  })();
  return ending;
}

async function run(): Promise<void> {
  if (!(await takeLock(instance))) {
    tell({ type: 'already-running' });
    process.exit(0);
  }
  const java = findJava();
  const hosts = hostsOf(nodes);
  await requireLoopbackAddresses(hosts);
  const { ports, moves } = await claimPorts(instance, hosts);
  if (moves.length > 0) {
    const message = movesLine(moves);
    report({ component: 'stack', phase: 'notice', seconds: 0, message });
  }
  rememberNodes(instance, nodes);
  const files = tls ? await makeStackTls(instance) : null;
  supervisor = new Supervisor(instance, { ports, nodes, java, tls: files, tuning, environment }, report);
  await supervisor.start();
  tell({ type: 'ready', ports });
  attended = false;
}

process.on('SIGTERM', () => void end(0));
process.on('SIGINT', () => void end(0));
// A terminal that closes is no reason to stop; a starter that is gone before the stack is up is.
process.on('SIGHUP', () => undefined);
process.on('disconnect', () => void (attended && end(1)));
// Left at home, a supervisor would keep a folder from being unmounted or removed.
process.chdir('/');

run().catch(async (error: unknown) => {
  if (ending) return;
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof StackError ? message : error);
  const unexpected = error instanceof StackError ? '' : 'The stack could not be started: ';
  tell({ type: 'failed', message: `${unexpected}${message}` });
  await end(1);
});
