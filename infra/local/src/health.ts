import { cassandraWhole } from './cassandra.js';
import { componentsOf } from './components.js';
import { kafkaWhole } from './kafka.js';
import { hostsOf, type NodeCount } from './nodes.js';
import type { StackPorts } from './ports.js';
import type { StackState } from './state.js';

/** Rejects until nodes that all answer also have each other, and all copies: one of them may then be lost. */
export async function requireWhole(ports: StackPorts, nodes: NodeCount): Promise<void> {
  if (nodes === 1) return;
  const hosts = hostsOf(nodes);
  await kafkaWhole(hosts.map((host) => `${host}:${ports.kafka}`));
  await cassandraWhole(hosts, ports.cassandra);
}

/** Asks every component whether it answers. Empty when all do, else what the first complaint is. */
export async function whatIsWrong(state: StackState): Promise<string> {
  const answers = await Promise.all(
    componentsOf(state.nodes, state.tls).map(async ({ name, title, alive }) => {
      const phase = state.components[name]?.phase;
      if (phase !== 'ready') return `${title} is ${phase ?? 'not started'}`;
      return alive(state.ports).then(
        () => '',
        (error: unknown) => `${title} does not answer: ${reasonOf(error)}`,
      );
    }),
  );
  const complaint = answers.find((answer) => answer !== '');
  if (complaint !== undefined) return complaint;
  return requireWhole(state.ports, state.nodes).then(() => '', reasonOf);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
