import { writeFileSync } from 'node:fs';
import type { Component, ComponentName, Site } from './component.js';
import { cassandra } from './cassandra.js';
import { endpointsAt, envFile } from './endpoints.js';
import type { Instance } from './instance.js';
import type { Java } from './java.js';
import { kafka } from './kafka.js';
import { mosquitto } from './mosquitto.js';
import type { StackPorts } from './ports.js';
import { identify } from './process-identity.js';
import type { StackProgress } from './progress.js';
import { registry } from './registry.js';
import { type StackState, writeState } from './state.js';
import { Supervised } from './supervised.js';

/** In the order they are stopped from the end: vehicles fall silent before what they feed goes away. */
export const components: readonly Component[] = [cassandra, kafka, registry, mosquitto];

/** Owns the processes of one instance. */
export class Supervisor {
  private readonly all: Supervised[];
  private readonly state: StackState;
  private readonly abort = new AbortController();

  constructor(
    private readonly instance: Instance,
    ports: StackPorts,
    java: Java,
    report: (event: StackProgress) => void,
  ) {
    const site: Site = { instance, ports, java };
    const noted = (event: StackProgress): void => {
      this.note();
      report(event);
    };
    this.all = components.map((component) => new Supervised(component, site, noted));
    const states = this.all.map((one) => [one.component.name, one.state]);
    this.state = {
      name: instance.name,
      supervisor: identify(process.pid) ?? { pid: process.pid, started: '' },
      phase: 'starting',
      ports,
      components: Object.fromEntries(states) as Record<ComponentName, Supervised['state']>,
    };
    this.note();
  }

  /** Each is started as soon as it is fetched: a start waits for a processor, a download for the network. */
  async start(): Promise<void> {
    const { signal } = this.abort;
    const starts = this.all.map(async (one) => {
      await one.fetch(signal);
      await one.start(signal);
    });
    await Promise.all(starts);
    this.state.phase = 'running';
    writeFileSync(this.instance.envFile, envFile(endpointsAt(this.instance.name, this.state.ports)));
    this.note();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.state.phase = 'stopping';
    this.note();
    for (const one of [...this.all].reverse()) await one.stop();
    this.note();
  }

  private note(): void {
    writeState(this.instance, this.state);
  }
}
