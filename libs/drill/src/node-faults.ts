import { nodesByAge, nodeName, takeAway } from '@navora/local-stack';
import type { Fault, Part } from './fault.js';
import { dutiesOf } from './kafka-roles.js';

/** One node at a time, of either kind: the start of one takes the processors on which the others fail over. */
const NODES: readonly Part[] = ['kafka', 'cassandra'];

/**
 * For so long nothing may become stored when a Kafka node is lost: until its session is over (6 s in the local
 * stack) nobody else leads its partitions, and what it follows is not acknowledged by all; if it was the controller,
 * the others first miss it (2 s) and elect another (1-2 s), which lets it have a session anew. Then the bridge's
 * request, the consumer's and that for the signals are repeated, 2 s apart at most.
 */
const KAFKA_FAILOVER_MS = 20_000;

/**
 * For so long, when a Cassandra node is lost: what it coordinated fails at once and is run again by another after
 * 0.2 s, up to 2 s; what waits for its answer is given up after the driver's 5 s.
 */
const CASSANDRA_FAILOVER_MS = 10_000;

export const kafkaNodeKilled: Fault = {
  code: 'N1',
  title: 'one of three Kafka nodes killed with -9 and kept away: first the controller, then each in turn',
  invariants: ['I1', 'I3', 'I4', 'I5', 'I6', 'I9'],
  touches: NODES,
  lastsMs: [12_000, 25_000],
  onNodes: 3,
  mayHoldUpMs: KAFKA_FAILOVER_MS,
  begin: async ({ stack, turn, tell, kafkaRoles }) => {
    const roles = await kafkaRoles();
    const [oldest] = nodesByAge(stack, 'kafka');
    const node = turn === 0 || !oldest ? nodeName('kafka', roles.controller) : oldest;
    const heal = await takeAway(stack, node);
    tell(`${node} killed: ${dutiesOf(roles, idOf(node))}`);
    return heal;
  },
};

/** Kafka's nodes have the numbers of their names as ids. */
function idOf(node: string): number {
  return Number(node.split('-')[1] ?? 1);
}

export const cassandraNodeKilled: Fault = {
  code: 'N2',
  title: 'one of three Cassandra nodes killed with -9 and kept away, each in turn',
  invariants: ['I1', 'I3', 'I5', 'I7', 'I9'],
  touches: NODES,
  lastsMs: [12_000, 25_000],
  onNodes: 3,
  mayHoldUpMs: CASSANDRA_FAILOVER_MS,
  begin: async ({ stack, tell }) => {
    const [oldest = 'cassandra'] = nodesByAge(stack, 'cassandra');
    tell(`${oldest} killed`);
    return takeAway(stack, oldest);
  },
};
