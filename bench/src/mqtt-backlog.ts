import { CONTENT_TYPE } from '@navora/schemas';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Corpus } from './corpus.js';
import type { Identity } from './identity.js';

const SESSION_SECONDS = 3600;
const PUBLISHED_AT_ONCE = 1000;

export interface Session {
  clientId: string;
  /** With `{vehicleId}` as one whole level. */
  mqttTopic: string;
}

/** As many sessions as are asked for instead of one, with topics that no two of them share. */
export function sessionsOf<Job extends Session>(job: Job, count: number): Job[] {
  if (count === 1) return [job];
  return Array.from({ length: count }, (_, number) => ({
    ...job,
    clientId: `${job.clientId}-${number}`,
    mqttTopic: job.mqttTopic.replace('/{vehicleId}', `-${number}/{vehicleId}`),
  }));
}

/**
 * Sessions that are subscribed, and in which all of a corpus waits for whoever takes them up: the vehicles one by one
 * go to one session after the other.
 */
export async function fillSessions(
  mqttUrl: string,
  identity: Pick<Identity, 'asBridge' | 'asVehicles'> | undefined,
  sessions: readonly Session[],
  corpus: Corpus,
  schemaId: number,
): Promise<void> {
  for (const { clientId, mqttTopic } of sessions) {
    const session = await connectAsync(mqttUrl, {
      ...identity?.asBridge,
      protocolVersion: 5,
      clientId,
      clean: true,
      reconnectPeriod: 0,
      properties: { sessionExpiryInterval: SESSION_SECONDS },
    });
    await session.subscribeAsync(mqttTopic.replace('{vehicleId}', '+'), { qos: 1, rh: 2 });
    await session.endAsync();
  }
  const options = { ...identity?.asVehicles, protocolVersion: 5, reconnectPeriod: 0 } as const;
  const fleet = await connectAsync(mqttUrl, options);
  try {
    await publishAll(fleet, sessions, corpus, schemaId);
  } finally {
    await fleet.endAsync();
  }
}

/** One connection for all vehicles, so that the broker queues them in the order of the corpus. */
function publishAll(
  fleet: MqttClient,
  sessions: readonly Session[],
  corpus: Corpus,
  schemaId: number,
): Promise<void> {
  const topicOf = (index: number) => {
    const session = sessions[corpus.vehicleOf(index) % sessions.length] as Session;
    return session.mqttTopic.replace('{vehicleId}', corpus.vehicleIdOf(index));
  };
  return new Promise((resolve, reject) => {
    let next = 0;
    let acknowledged = 0;
    const publish = () => {
      while (next < corpus.size && next - acknowledged < PUBLISHED_AT_ONCE) {
        const index = next++;
        const options = { qos: 1, properties: { contentType: CONTENT_TYPE.avro } } as const;
        fleet.publish(topicOf(index), corpus.body(index, schemaId), options, (error) => {
          if (error) return reject(error);
          if (++acknowledged === corpus.size) return resolve();
          if (next - acknowledged <= PUBLISHED_AT_ONCE / 2) publish();
        });
      }
    };
    fleet.once('error', reject);
    publish();
  });
}

/** A connection that asks for no session takes the old one, and what waits in it, with it. */
export async function dropSession(
  mqttUrl: string,
  clientId: string,
  identity?: Pick<Identity, 'asBridge'>,
): Promise<void> {
  const client = await connectAsync(mqttUrl, {
    ...identity?.asBridge,
    protocolVersion: 5,
    clean: true,
    clientId,
    reconnectPeriod: 0,
  });
  await client.endAsync();
}
