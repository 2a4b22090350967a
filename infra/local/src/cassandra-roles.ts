import { type Client, errors } from 'cassandra-driver';
import { adminOf, ask } from './cassandra-probe.js';
import { CLIENTS, passwordOf, roleOf, type StackTls } from './stack-tls.js';

/** Everybody knows this one, so nobody may log in with it. */
const FACTORY = { username: 'cassandra', password: 'cassandra' };

/**
 * Makes a role with a password of its own for each of our clients, and takes from Cassandra's own what it may. What
 * the services may do with tables `navora migrate` grants them. Repeatable: passwords follow their files.
 */
export async function makeRoles(hosts: string[], port: number, tls: StackTls): Promise<void> {
  const admin = roleIn(tls, 'admin');
  try {
    await ask(hosts, port, tls, async () => undefined);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const first = async (client: Client): Promise<void> => {
      await client.execute(`CREATE ROLE IF NOT EXISTS ${admin} AND SUPERUSER = true`);
      await client.execute(`ALTER ROLE ${admin} AND SUPERUSER = true`);
    };
    await ask(hosts, port, tls, first, FACTORY);
  }
  await ask(hosts, port, tls, async (client) => {
    const { username } = FACTORY;
    await client.execute(`ALTER ROLE ${username} WITH SUPERUSER = false AND LOGIN = false`);
    for (const one of CLIENTS.filter((other) => other !== 'admin')) {
      await client.execute(`CREATE ROLE IF NOT EXISTS ${roleIn(tls, one)}`);
      await client.execute(`ALTER ROLE ${roleIn(tls, one)}`);
    }
    await client.execute(`GRANT CREATE ON ALL KEYSPACES TO ${roleOf('migrate')}`);
    await grantOlder(client);
  });
}

/** Whoever makes a keyspace may do all in it; those made while nobody had a name belong to nobody. */
async function grantOlder(client: Client): Promise<void> {
  const { rows } = await client.execute('SELECT keyspace_name FROM system_schema.keyspaces');
  for (const { keyspace_name: keyspace } of rows)
    if (!String(keyspace).startsWith('system'))
      await client.execute(`GRANT ALL PERMISSIONS ON KEYSPACE "${keyspace}" TO ${roleOf('migrate')}`);
}

function roleIn(tls: StackTls, client: (typeof CLIENTS)[number]): string {
  const password = client === 'admin' ? adminOf(tls).password : passwordOf(tls, client);
  return `${roleOf(client)} WITH LOGIN = true AND PASSWORD = '${password}'`;
}

/** The driver hides what a host answered behind "no host available". */
function isRefusal(error: unknown): boolean {
  if (error instanceof errors.AuthenticationError) return true;
  return (
    error instanceof errors.NoHostAvailableError && Object.values(error.innerErrors as object).some(isRefusal)
  );
}
