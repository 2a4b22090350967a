import { cassandraAnswersLost, cassandraAway, cassandraAwayForAlerts } from './cassandra-faults.js';
import { bridgeKilledWaiting } from './deliberate-faults.js';
import type { Fault } from './fault.js';
import { kafkaAway, kafkaFrozen, produceAnswersLost } from './kafka-faults.js';
import { deviceClocks, hostileMessages, hourlyBursts, sameIdOtherContent } from './load-faults.js';
import { brokerKilled } from './mqtt-faults.js';
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
  bridgeKilledWaiting,
];

export class UnknownFault extends Error {
  override name = 'UnknownFault';
}

/** @param only codes; without them all that may be chosen at random. @throws UnknownFault */
export function chosenFaults(only: readonly string[] | undefined): Fault[] {
  if (only === undefined) return CATALOGUE.filter(({ onlyByName }) => !onlyByName);
  const known = new Map(CATALOGUE.map((fault) => [fault.code, fault]));
  const unknown = only.filter((code) => !known.has(code));
  if (unknown.length > 0)
    throw new UnknownFault(
      `there is no fault ${unknown.join(', ')}: navora drill --list names those there are`,
    );
  return CATALOGUE.filter(({ code }) => only.includes(code));
}

/** One line each. */
export function listFaults(): string {
  return CATALOGUE.map(
    ({ code, title, invariants, onlyByName }) =>
      `${code.padEnd(4)} ${title} (${invariants.join(' ')})${onlyByName ? ' [only by name]' : ''}`,
  ).join('\n');
}
