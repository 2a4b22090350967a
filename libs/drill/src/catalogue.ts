import type { NodeCount } from '@navora/local-stack';
import { cassandraAnswersLost, cassandraAway, cassandraAwayForAlerts } from './cassandra-faults.js';
import { bridgeKilledWaiting } from './deliberate-faults.js';
import type { Fault } from './fault.js';
import { kafkaAway, kafkaFrozen, produceAnswersLost } from './kafka-faults.js';
import { deviceClocks, hostileMessages, hourlyBursts, sameIdOtherContent } from './load-faults.js';
import { brokerKilled } from './mqtt-faults.js';
import { cassandraNodeKilled, kafkaNodeKilled } from './node-faults.js';
import { registryAway } from './registry-faults.js';
import { replayFromEarliest } from './replay-fault.js';
import { rollingRestart } from './rolling-faults.js';
import {
  freezeProcessor,
  joinAndLeave,
  killAny,
  killBridge,
  killBridgeOften,
  killProcessor,
  killProcessorOften,
  stopGracefully,
  twoBridges,
} from './service-faults.js';

/** Every fault a drill knows, by family. */
export const CATALOGUE: readonly Fault[] = [
  kafkaFrozen,
  killBridge,
  killBridgeOften,
  brokerKilled,
  twoBridges,
  produceAnswersLost,
  hostileMessages,
  joinAndLeave,
  freezeProcessor,
  kafkaAway,
  cassandraAnswersLost,
  sameIdOtherContent,
  cassandraAway,
  deviceClocks,
  killProcessor,
  killProcessorOften,
  registryAway,
  replayFromEarliest,
  hourlyBursts,
  killAny,
  cassandraAwayForAlerts,
  stopGracefully,
  rollingRestart,
  kafkaNodeKilled,
  cassandraNodeKilled,
  bridgeKilledWaiting,
];

export class UnknownFault extends Error {
  override name = 'UnknownFault';
}

/** What a fault takes hold of is not in a stack with so many nodes. */
export class UnfitFault extends Error {
  override name = 'UnfitFault';
}

/**
 * @param only codes; without them all that may be chosen at random
 * @param nodes how many the stack has of Kafka and Cassandra each; without it that is not asked
 * @throws UnknownFault, UnfitFault
 */
export function chosenFaults(only: readonly string[] | undefined, nodes?: NodeCount): Fault[] {
  const fits = ({ onNodes }: Fault) => nodes === undefined || onNodes === undefined || onNodes === nodes;
  if (only === undefined) return CATALOGUE.filter((fault) => !fault.onlyByName && fits(fault));
  const known = new Map(CATALOGUE.map((fault) => [fault.code, fault]));
  const unknown = only.filter((code) => !known.has(code));
  if (unknown.length > 0)
    throw new UnknownFault(
      `there is no fault ${unknown.join(', ')}: navora drill --list names those there are`,
    );
  const chosen = CATALOGUE.filter(({ code }) => only.includes(code));
  const unfit = chosen.find((fault) => !fits(fault));
  if (unfit)
    throw new UnfitFault(
      `${unfit.code} is for a stack with ${nodesText(unfit)}: navora drill --nodes ${unfit.onNodes}`,
    );
  return chosen;
}

/** One line each. */
export function listFaults(): string {
  return CATALOGUE.map((fault) => {
    const { code, title, invariants, onlyByName, onNodes } = fault;
    const notes = [...(onlyByName ? ['only by name'] : []), ...(onNodes ? [nodesText(fault)] : [])];
    return `${code.padEnd(4)} ${title} (${invariants.join(' ')})${notes.map((note) => ` [${note}]`).join('')}`;
  }).join('\n');
}

function nodesText({ onNodes }: Fault): string {
  return onNodes === 1 ? 'one node' : 'three nodes';
}
