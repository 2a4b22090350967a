import { join } from 'node:path';
import { AUTHORITY_CERTIFICATE } from '@navora/identity';
import { connectCassandra } from '@navora/cassandra';
import { createLogger } from '@navora/runtime';
import { Client, errors } from 'cassandra-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf, SecureStack, type Who } from './secure-stack.fixture.js';

const ALERTS = [
  'alert_marks',
  'alerts_by_day',
  'notification_marks',
  'notifications',
  'open_alerts',
  'pending_notifications',
  'vehicle_alerts',
];

/** Written down a second time, by hand: a grant that slips in is seen here. */
const MAY: Record<string, { read: string[] | 'all'; change: string[] }> = {
  bridge: { read: [], change: [] },
  consumer: { read: [], change: [] },
  watch: { read: ['revocation_lists'], change: ['vehicle_connections'] },
  processor: { read: ['erasures', 'layout', 'readings'], change: ['latest_readings', 'readings'] },
  alerts: { read: [...ALERTS, 'erasures'].sort(), change: ALERTS },
  erase: {
    read: 'all',
    change: [
      ...[...ALERTS, 'alert_actions', 'erasures', 'latest_readings', 'readings', 'vehicle_connections'],
    ].sort(),
  },
  operator: {
    read: 'all',
    change: ['alert_actions', 'dead_letter_actions', 'devices', 'revocation_lists'],
  },
};
const SERVICES = Object.keys(MAY) as Who[];

let stack: SecureStack;
let tables: string[];
beforeAll(async () => {
  stack = await SecureStack.start('cassandra-roles');
  tables = await as('migrate', async (client) => {
    const { rows } = await client.execute(
      "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'navora'",
    );
    return rows.map((row) => String(row['table_name'])).sort();
  });
}, 180_000);
afterAll(() => stack?.stop());

describe.each(SERVICES)('%s', (who) => {
  it('reads the tables it needs, and no other', async () => {
    const read = await permitted(who, (table) => `SELECT * FROM navora.${table} LIMIT 1`);
    expect(read).toEqual(MAY[who]?.read === 'all' ? tables : MAY[who]?.read);
  });

  it('changes the tables it feeds, and no other', async () => {
    expect(await permitted(who, (table) => `TRUNCATE navora.${table}`)).toEqual(MAY[who]?.change);
  });

  it('makes, changes and drops nothing, and grants nobody anything', async () => {
    const statements = [
      'CREATE TABLE navora.mine (id int PRIMARY KEY)',
      'ALTER TABLE navora.readings ADD mine int',
      'DROP TABLE navora.readings',
      "CREATE KEYSPACE mine WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
      'DROP KEYSPACE navora',
      "CREATE ROLE mine WITH LOGIN = true AND PASSWORD = 'x'",
      `GRANT ALL PERMISSIONS ON KEYSPACE navora TO navora_${who}`,
      'SELECT * FROM system_auth.roles',
    ];
    await as(who, async (client) => {
      for (const statement of statements)
        expect(await outcomeOf(() => client.execute(statement)), statement).toMatch(REFUSED);
    });
  });
});

describe('the door', () => {
  const login = (username: string, password: string) =>
    outcomeOf(() => working(stack.cassandraAs('operator', { username, password })));

  it('opens to who knows the password', async () => {
    const { username, password } = stack.loginOf('operator');
    expect(await login(username, password)).toBe('done');
  });

  it("stays shut to a wrong password, another's password, and the one that Cassandra comes with", async () => {
    expect(await login('navora_operator', 'wrong')).toMatch(/NoHostAvailable|Authentication/);
    const { password } = stack.loginOf('bridge');
    expect(await login('navora_operator', password)).toMatch(/NoHostAvailable|Authentication/);
    expect(await login('cassandra', 'cassandra')).toMatch(/NoHostAvailable|Authentication/);
  });

  it('stays shut to plain text, and to who gives no name', async () => {
    const { contactPoints, localDataCenter, port } = stack.endpoints.cassandra;
    const plain = { contactPoints, localDataCenter, protocolOptions: { port } };
    expect(await outcomeOf(() => working(new Client(plain)))).toMatch(/NoHostAvailable|Driver/);
    const nameless = new Client({ ...plain, sslOptions: { rejectUnauthorized: false } });
    expect(await outcomeOf(() => working(nameless))).toMatch(/NoHostAvailable|Authentication/);
  });

  it('is not trusted when it shows a certificate of another authority', async () => {
    const access = stack.accessOf('operator', { ca: join(stack.tls.devices, AUTHORITY_CERTIFICATE) });
    const connecting = connectCassandra(access, createLogger('test', 'silent'));
    const error: unknown = await connecting.then(
      (client) => client.shutdown(),
      (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(errors.NoHostAvailableError);
    expect(
      JSON.stringify(Object.values((error as errors.NoHostAvailableError).innerErrors).map(String)),
    ).toMatch(/certificate/i);
  });
});

const REFUSED = /no \w+ permission|sufficient privileges|not allowed|not authorized/i;

/** The tables on which the statement went through. */
async function permitted(who: Who, statement: (table: string) => string): Promise<string[]> {
  return as(who, async (client) => {
    const through: string[] = [];
    for (const table of tables) {
      const outcome = await outcomeOf(() => client.execute(statement(table)));
      if (outcome === 'done') through.push(table);
      else expect(outcome).toMatch(REFUSED);
    }
    return through;
  });
}

async function as<T>(who: Who, work: (client: Client) => Promise<T>): Promise<T> {
  const client = stack.cassandraAs(who);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}

async function working(client: Client): Promise<void> {
  try {
    await client.connect();
    await client.execute('SELECT release_version FROM system.local');
  } finally {
    await client.shutdown();
  }
}
