import { CONTENT_TYPE } from '@navora/schemas';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Corpus } from './corpus.js';

const SESSION_SECONDS = 3600;
const PUBLISHED_AT_ONCE = 1000;

/** A session that is subscribed, and in which all of a corpus waits for whoever takes it up. */
export async function fillSession(
  mqttUrl: string,
  { clientId, mqttTopic }: { clientId: string; mqttTopic: string },
  corpus: Corpus,
  schemaId: number,
): Promise<void> {
  const session = await connectAsync(mqttUrl, {
    protocolVersion: 5,
    clientId,
    clean: true,
    reconnectPeriod: 0,
    properties: { sessionExpiryInterval: SESSION_SECONDS },
  });
  await session.subscribeAsync(mqttTopic.replace('{vehicleId}', '+'), { qos: 1, rh: 2 });
  await session.endAsync();
  const fleet = await connectAsync(mqttUrl, { protocolVersion: 5, reconnectPeriod: 0 });
  try {
    await publishAll(fleet, mqttTopic, corpus, schemaId);
  } finally {
    await fleet.endAsync();
  }
}

/** One connection for all vehicles, so that the broker queues them in the order of the corpus. */
function publishAll(fleet: MqttClient, mqttTopic: string, corpus: Corpus, schemaId: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let acknowledged = 0;
    const publish = () => {
      while (next < corpus.size && next - acknowledged < PUBLISHED_AT_ONCE) {
        const index = next++;
        const topic = mqttTopic.replace('{vehicleId}', corpus.vehicleIdOf(index));
        const options = { qos: 1, properties: { contentType: CONTENT_TYPE.avro } } as const;
        fleet.publish(topic, corpus.body(index, schemaId), options, (error) => {
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
export async function dropSession(mqttUrl: string, clientId: string): Promise<void> {
  const client = await connectAsync(mqttUrl, {
    protocolVersion: 5,
    clean: true,
    clientId,
    reconnectPeriod: 0,
  });
  await client.endAsync();
}
