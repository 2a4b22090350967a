import { type CassandraClient, createCassandra } from '@navora/cassandra';
import { DeviceStore } from '@navora/devices';
import { ErasureStore, MissingErasures } from '@navora/erasure';
import { createKafka } from '@navora/kafka';
import { cassandraSettings, createLogger, kafkaSettings, readConfiguration } from '@navora/runtime';
import { errors } from 'cassandra-driver';
import type { Admin } from 'kafkajs';
import { ErasedAlerts } from './erased-alerts.js';
import { ErasedConnections } from './erased-connections.js';
import { ErasedMarks } from './erased-marks.js';
import { ErasedReadings } from './erased-readings.js';
import { type Behind, type Found, type Remains, Statements, sumOf } from './erased-remains.js';
import { CommandFailure } from './failure.js';
import { layoutOf } from './stored-readings.js';
import { commandEnvironment } from './workspace.js';

/** What the commands work with. */
export interface VehicleServices {
  erasures: ErasureStore;
  devices: DeviceStore;
  remains(): Promise<Remains>;
  admin(): Promise<Admin>;
}

/** Reaches Cassandra, and Kafka if it is needed, works with them, and lets them go. */
export async function withVehicles<T>(
  stack: string,
  work: (services: VehicleServices) => Promise<T>,
): Promise<T> {
  const configuration = readConfiguration(
    { ...kafkaSettings, ...cassandraSettings },
    commandEnvironment(stack),
    'erase',
  );
  const silent = createLogger('vehicles', 'silent');
  const client = createCassandra(configuration, silent);
  const { cassandraKeyspace: keyspace } = configuration;
  let admin: Admin | undefined;
  try {
    await client.connect();
    return await work({
      erasures: new ErasureStore(client, keyspace),
      devices: new DeviceStore(client, keyspace),
      remains: () => remainsIn(client, keyspace),
      admin: async () => {
        admin ??= createKafka('navora-vehicles', configuration, silent).admin();
        await admin.connect();
        return admin;
      },
    });
  } catch (error) {
    throw toldPlainly(error, keyspace);
  } finally {
    await Promise.allSettled([client.shutdown(), admin?.disconnect()]);
  }
}

/** Everywhere something of a vehicle may stand. Alerts after readings: those of latest states tell what is left. */
export async function remainsIn(client: CassandraClient, keyspace: string): Promise<Remains> {
  const statements = new Statements(client, keyspace);
  const readings = new ErasedReadings(statements, await layoutOf(client, keyspace));
  const all = [
    readings,
    new ErasedAlerts(statements),
    new ErasedMarks(statements, readings),
    new ErasedConnections(statements),
  ];
  return {
    look: async (behind: Behind, remove: boolean) => {
      let found: Found = {};
      for (const remains of all) found = sumOf(found, await remains.look(behind, remove));
      return found;
    },
  };
}

function toldPlainly(error: unknown, keyspace: string): unknown {
  if (error instanceof MissingErasures) return new CommandFailure(error.message);
  if (error instanceof errors.ResponseError && /unconfigured table|does not exist/i.test(error.message))
    return new CommandFailure(`keyspace ${keyspace} lacks tables: run \`navora migrate\` first`);
  return error;
}
