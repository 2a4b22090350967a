import { randomBytes } from 'node:crypto';
import { makeKeyspace, type BenchStack } from '../bench-stack.js';
import type { Contestant, WholeWayJob } from '../contestant.js';
import { makeTopic } from '../kafka-topics.js';
import { dropSession } from '../mqtt-backlog.js';
import { bentoWholeWay } from '../peers/bento.js';
import { navora, type WholeWayAtWork } from './navora.js';

/** A side of leg c. */
export interface WholeWaySide {
  contestant: Contestant<WholeWayJob>;
  /** Whether it raises alerts by `config/rules.yaml`. */
  alerts: boolean;
}

export const NAVORA: WholeWaySide = { contestant: navora, alerts: true };

export const WHOLE_WAY_SIDES: readonly WholeWaySide[] = [
  NAVORA,
  { contestant: bentoWholeWay, alerts: false },
];

const RECEIVE_MAXIMUM = 2000;

/** A side that is at work on a stack, and what it works on. */
export interface StartedSide {
  job: WholeWayJob;
  atWork: WholeWayAtWork;
  /** Ends it, and removes what was made for it. */
  stop(): Promise<void>;
}

/** Everything is the side's own, in MQTT too: what is sent to one must not wait in the session of another. */
export async function startWholeWay(
  { contestant, alerts }: WholeWaySide,
  stack: BenchStack,
  folder: string,
): Promise<StartedSide> {
  const { admin, cassandra } = stack;
  const job = jobOn(stack, `bench-c-${contestant.name}-${randomBytes(3).toString('hex')}`, folder);
  const { kafkaTopic, signalsTopic, deadLettersTopic, keyspace } = job.storage;
  // The bridge says when it has received a reading, and the processor goes by that.
  await makeTopic(admin, kafkaTopic, { stampedByKafka: false });
  await makeTopic(admin, signalsTopic, { stampedByKafka: false });
  await makeTopic(admin, deadLettersTopic, { partitions: 4 });
  await makeKeyspace(cassandra, keyspace, alerts);
  const remove = async () => {
    await dropSession(job.intake.mqttUrl, job.intake.clientId);
    await cassandra.execute(`DROP KEYSPACE ${keyspace}`, [], { prepare: false });
    await admin.deleteTopics({ topics: [kafkaTopic, signalsTopic, deadLettersTopic] });
  };
  try {
    const atWork = await contestant.start(job);
    return { job, atWork, stop: () => atWork.stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

function jobOn({ endpoints }: BenchStack, name: string, folder: string): WholeWayJob {
  const { kafkaBrokers, registryUrl, mqttUrl } = endpoints;
  const { cassandraContactPoints: contactPoints, cassandraPort, cassandraDataCenter: datacenter } = endpoints;
  const kafkaTopic = `${name}.readings`;
  const shared = { kafkaBrokers, kafkaTopic, deadLettersTopic: `${name}.dead-letters`, registryUrl, folder };
  return {
    intake: {
      ...shared,
      ...{ mqttUrl, clientId: name, mqttTopic: `${name}/{vehicleId}/telemetry` },
      receiveMaximum: RECEIVE_MAXIMUM,
    },
    storage: {
      ...shared,
      ...{ signalsTopic: `${name}.signals`, signals: true, groupId: name },
      ...{ contactPoints, cassandraPort, datacenter, keyspace: name.replaceAll('-', '_') },
    },
  };
}
