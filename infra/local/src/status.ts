import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from './component.js';
import { componentsOf } from './components.js';
import { stackHome } from './config.js';
import { endpointsAt, type StackEndpoints } from './endpoints.js';
import { instanceAt, logFile } from './instance.js';
import { agreedNodes, type NodeCount } from './nodes.js';
import { isAlive } from './process-identity.js';
import type { StackOptions } from './stack.js';
import { readState } from './state.js';

export interface ComponentStatus {
  component: ComponentName;
  title: string;
  /** `not-answering`: the process runs, clients get no answer. */
  state: 'healthy' | 'not-answering' | 'downloading' | 'starting' | 'restarting' | 'stopped';
  pid: number | null;
  host: string;
  port: number | null;
  uptimeSeconds: number | null;
  memoryMiB: number | null;
  restarts: number;
  log: string;
}

export interface StackStatus {
  name: string;
  state: 'running' | 'starting' | 'stopping' | 'unhealthy' | 'stopped';
  nodes: NodeCount;
  home: string;
  supervisorPid: number | null;
  supervisorLog: string;
  components: ComponentStatus[];
  /** Null unless it runs. */
  endpoints: StackEndpoints | null;
  envFile: string | null;
}

/** Looks and asks, changes nothing. */
export async function stackStatus(options: StackOptions = {}): Promise<StackStatus> {
  const instance = instanceAt(stackHome(options.home), options.name);
  const state = readState(instance);
  const running = state !== undefined && isAlive(state.supervisor) ? state : undefined;
  const nodes = running?.nodes ?? agreedNodes(instance, undefined);
  const statuses = await Promise.all(
    componentsOf(nodes, running?.tls).map(
      async ({ name, title, host, port, alive }): Promise<ComponentStatus> => {
        const known = running?.components[name];
        const pid = known && isAlive(known.process) ? known.process.pid : null;
        const answers =
          running &&
          known?.phase === 'ready' &&
          (await alive(running.ports).then(
            () => true,
            () => false,
          ));
        const phase = known?.phase ?? 'stopped';
        return {
          component: name,
          title,
          state: phase === 'ready' ? (answers ? 'healthy' : 'not-answering') : phase,
          pid,
          host,
          port: running?.ports[port] ?? null,
          uptimeSeconds:
            pid && known?.startedAt ? Math.round((Date.now() - Date.parse(known.startedAt)) / 1_000) : null,
          memoryMiB: pid ? residentMiB(pid) : null,
          restarts: known?.restarts ?? 0,
          log: logFile(instance, name),
        };
      },
    ),
  );
  const healthy = statuses.every(({ state }) => state === 'healthy');
  const phase = running?.phase ?? 'stopped';
  return {
    name: instance.name,
    state: phase === 'running' && !healthy ? 'unhealthy' : phase,
    nodes,
    home: instance.home,
    supervisorPid: running?.supervisor.pid ?? null,
    supervisorLog: logFile(instance, 'supervisor'),
    // What people look for first, first.
    components: [
      ...statuses.filter(({ component }) => component.startsWith('kafka')),
      ...statuses.filter(({ component }) => !component.startsWith('kafka')),
    ],
    endpoints: running ? endpointsAt(instance.name, running) : null,
    envFile: running && existsSync(instance.envFile) ? join(instance.envFile) : null,
  };
}

/** From /proc; null where there is none. */
function residentMiB(pid: number): number | null {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Math.round(Number(match[1]) / 1_024) : null;
  } catch {
    return null;
  }
}
