import { cassandraWhole } from './cassandra-probe.js';
import { makeRoles } from './cassandra-roles.js';
import { componentsOf } from './components.js';
import { kafkaWhole } from './kafka.js';
import { hostsOf } from './nodes.js';
import type { StackState } from './state.js';

type Secured = Pick<StackState, 'ports' | 'nodes' | 'tls'>;

/** Rejects until nodes that all answer also have each other, and all copies: one of them may then be lost. */
export async function requireWhole({ ports, nodes, tls }: Secured): Promise<void> {
  if (nodes === 1) return;
  const hosts = hostsOf(nodes);
  await kafkaWhole(
    hosts.map((host) => `${host}:${ports.kafka}`),
    tls,
  );
  if (tls) await makeRoles(hosts, ports.cassandra, tls);
  await cassandraWhole(hosts, ports.cassandra, tls);
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
  return requireWhole(state).then(() => '', reasonOf);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
