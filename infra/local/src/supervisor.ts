import { writeFileSync } from 'node:fs';
import type { Site } from './component.js';
import { componentsOf } from './components.js';
import { endpointsAt, envFile } from './endpoints.js';
import { requireWhole } from './health.js';
import type { Instance } from './instance.js';
import type { Java } from './java.js';
import type { NodeCount } from './nodes.js';
import type { StackPorts } from './ports.js';
import { identify } from './process-identity.js';
import type { StackProgress } from './progress.js';
import type { StackTls } from './stack-tls.js';
import { type StackState, writeState } from './state.js';
import { Supervised } from './supervised.js';
import type { ComponentEnvironment } from './supervisor-message.js';
import type { Tuning } from './tuning.js';
import { waitUntil } from './wait-until.js';

export interface SupervisedStack {
  ports: StackPorts;
  nodes: NodeCount;
  java: Java;
  tls: StackTls | null;
  tuning?: Tuning | undefined;
  environment?: ComponentEnvironment;
}

/** Owns the processes of one instance. */
export class Supervisor {
  private readonly all: Supervised[];
  private readonly state: StackState;
  private readonly abort = new AbortController();

  constructor(
    private readonly instance: Instance,
    { ports, nodes, java, tls, tuning = {}, environment = {} }: SupervisedStack,
    report: (event: StackProgress) => void,
  ) {
    const site: Site = { instance, ports, nodes, java, tuning };
    const noted = (event: StackProgress): void => {
      this.note();
      report(event);
    };
    this.all = componentsOf(nodes, tls).map(
      (component) => new Supervised(component, site, noted, environment[component.name]),
    );
    const states = this.all.map((one) => [one.component.name, one.state]);
    this.state = {
      name: instance.name,
      supervisor: identify(process.pid) ?? { pid: process.pid, started: '' },
      phase: 'starting',
      ports,
      nodes,
      tls,
      components: Object.fromEntries(states) as StackState['components'],
    };
    this.note();
  }

  /** Each is started as soon as it is fetched: a start waits for a processor, a download for the network. */
  async start(): Promise<void> {
    const { signal } = this.abort;
    const { name } = this.state;
    const fetches = new Map<string, Promise<void>>();
    const starts = new Map<string, Promise<void>>();
    for (const one of this.all) {
      const { after, title } = one.component;
      // The nodes of a kind run one program.
      const program = title.replace(/ \(node \d+\)$/, '');
      const fetched = fetches.get(program) ?? one.fetch(signal);
      fetches.set(program, fetched);
      const before = after === undefined ? undefined : starts.get(after);
      starts.set(
        one.component.name,
        Promise.all([fetched, before]).then(() => one.start(signal)),
      );
    }
    await Promise.all(starts.values());
    await waitUntil('The ring of nodes', () => requireWhole(this.state), { withinMs: 240_000, signal });
    this.state.phase = 'running';
    writeFileSync(this.instance.envFile, envFile(endpointsAt(name, this.state)));
    this.note();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.state.phase = 'stopping';
    this.note();
    for (const kind of ['mqtt', 'registry', 'kafka', 'cassandra'] as const) {
      // Nodes of a kind leave together: the last ones of a quorum would wait for those that are gone.
      await Promise.all(
        this.all.filter(({ component }) => component.name.startsWith(kind)).map((one) => one.stop()),
      );
    }
    this.note();
  }

  private note(): void {
    writeState(this.instance, this.state);
  }
}
