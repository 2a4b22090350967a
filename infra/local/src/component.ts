import type { Instance } from './instance.js';
import type { Java } from './java.js';
import type { NodeCount } from './nodes.js';
import type { PortName, StackPorts } from './ports.js';
import type { Tuning } from './tuning.js';

const kinds = ['kafka', 'cassandra', 'registry', 'mqtt'] as const;
type Kind = (typeof kinds)[number];
/** The first node of Kafka and of Cassandra has the name of its kind. */
export type ComponentName = Kind | `${'kafka' | 'cassandra'}-${2 | 3}`;

/** What a stack of one node consists of. */
export const componentNames: readonly ComponentName[] = kinds;

export function nodeName(kind: 'kafka' | 'cassandra', node: number): ComponentName {
  return node === 1 ? kind : (`${kind}-${node}` as ComponentName);
}

/** How to run one process: what the supervisor starts, and starts again should it die. */
export interface Launch {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

/** Where one instance of a component runs. */
export interface Site {
  instance: Instance;
  ports: StackPorts;
  nodes: NodeCount;
  java: Java;
  tuning: Tuning;
}

/**
 * One service of the stack, or one node of it. `fetch` brings its program into the shared downloads (at once when it
 * is there), `prepare` writes its configuration, `ready` rejects until clients can do real work, `alive` asks
 * cheaply whether it still answers. A component never starts or ends processes that outlive the call: the
 * supervisor does.
 */
export interface Component {
  name: ComponentName;
  title: string;
  host: string;
  /** Where its clients find it. */
  port: PortName;
  /** It is started for the first time only when this one is ready. */
  after?: ComponentName;
  fetched(downloads: string): boolean;
  fetch(downloads: string, signal: AbortSignal): Promise<void>;
  prepare(site: Site, signal: AbortSignal): Promise<Launch>;
  ready(ports: StackPorts): Promise<void>;
  alive(ports: StackPorts): Promise<void>;
}
