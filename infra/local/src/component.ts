import type { Instance } from './instance.js';
import type { Java } from './java.js';
import type { StackPorts } from './ports.js';

export const componentNames = ['kafka', 'cassandra', 'registry', 'mqtt'] as const;
export type ComponentName = (typeof componentNames)[number];

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
  java: Java;
}

/**
 * One service of the stack. `fetch` brings its program into the shared downloads (at once when it is there),
 * `prepare` writes its configuration, `ready` rejects until clients can do real work, `alive` asks cheaply
 * whether it still answers. A component never starts or ends processes that outlive the call: the supervisor does.
 */
export interface Component {
  name: ComponentName;
  title: string;
  fetched(downloads: string): boolean;
  fetch(downloads: string, signal: AbortSignal): Promise<void>;
  prepare(site: Site, signal: AbortSignal): Promise<Launch>;
  ready(ports: StackPorts): Promise<void>;
  alive(ports: StackPorts): Promise<void>;
}
