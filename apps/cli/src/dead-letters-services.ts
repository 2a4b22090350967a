import { createCassandra } from '@navora/cassandra';
import { ErasureStore, MissingErasures } from '@navora/erasure';
import { createKafka } from '@navora/kafka';
import { cassandraSettings, createLogger, kafkaSettings, readConfiguration } from '@navora/runtime';
import { RecordDecoder, SchemaRegistry, TOPICS } from '@navora/schemas';
import { DeadLetterActions } from './dead-letters-actions.js';
import { LetterLog } from './dead-letters-log.js';
import { mqttSettings } from './operator-mqtt.js';
import { RealLetterPublisher } from './dead-letters-publish.js';
import { CommandFailure } from './failure.js';
import { commandEnvironment } from './workspace.js';

/** What the commands work with. */
export interface LetterServices {
  log: LetterLog;
  actions: DeadLetterActions;
  schemas: SchemaRegistry;
  erasures: ErasureStore;
  publisher: RealLetterPublisher;
}

/** Reaches Kafka and Cassandra, works with them, and lets them go. The MQTT broker is reached when it is needed. */
export async function withLetters<T>(
  stack: string,
  work: (services: LetterServices) => Promise<T>,
): Promise<T> {
  const configuration = readConfiguration(
    { ...kafkaSettings, ...cassandraSettings, ...mqttSettings },
    commandEnvironment(stack),
    'operator',
  );
  const silent = createLogger('dead-letters', 'silent');
  const kafka = createKafka('navora-dead-letters', configuration, silent);
  const admin = kafka.admin();
  const cassandra = createCassandra(configuration, silent);
  const schemas = new SchemaRegistry(configuration);
  const actions = new DeadLetterActions(cassandra, configuration.cassandraKeyspace);
  const erasures = new ErasureStore(cassandra, configuration.cassandraKeyspace);
  const decoder = new RecordDecoder(TOPICS.deadLetters, schemas);
  const publisher = new RealLetterPublisher(kafka, configuration);
  try {
    await admin.connect();
    await cassandra.connect();
    const log = new LetterLog(kafka, admin, decoder, actions);
    return await work({ log, actions, schemas, erasures, publisher });
  } catch (error) {
    throw isNotMade(error)
      ? new CommandFailure(
          `the topic or the table is not there yet: run \`npx navora migrate\` first (${error})`,
        )
      : error;
  } finally {
    await Promise.allSettled([publisher.close(), admin.disconnect(), cassandra.shutdown()]);
  }
}

function isNotMade(error: unknown): boolean {
  if (error instanceof MissingErasures) return true;
  return /unconfigured table|keyspace .* does not exist|does not host this topic-partition/i.test(
    String(error),
  );
}
