import { type Client, errors } from 'cassandra-driver';
import { ask, type Login, loginOf } from './cassandra-probe.js';
import { type Client as StackClient, CLIENTS, roleOf, type StackTls } from './stack-tls.js';

/** Everybody knows this one, so nobody may log in with it. */
const FACTORY = { username: 'cassandra', password: 'cassandra' };

/**
 * Makes a role with a password of its own for each of our clients, and takes from Cassandra's own what it may. What
 * the services may do with tables `navora migrate` grants them. Repeatable: passwords follow their files.
 */
export async function makeRoles(hosts: string[], port: number, tls: StackTls): Promise<void> {
  const mayLogIn = (login: Login): Promise<boolean> =>
    ask(hosts, port, tls, async () => true, login).catch((error: unknown) => {
      if (isRefusal(error)) return false;
      throw error;
    });
  const make = async (client: Client, who: StackClient, more = ''): Promise<void> => {
    const { username, password } = loginOf(tls, who);
    const { rows } = await client.execute(`SELECT role FROM system_auth.roles WHERE role = '${username}'`);
    const verb = rows.length === 0 ? 'CREATE' : 'ALTER';
    await client.execute(`${verb} ROLE ${username} WITH LOGIN = true AND PASSWORD = '${password}'${more}`);
  };
  if (!(await mayLogIn(loginOf(tls, 'admin'))))
    await ask(hosts, port, tls, (client) => make(client, 'admin', ' AND SUPERUSER = true'), FACTORY);
  await ask(hosts, port, tls, async (client) => {
    await client.execute(`ALTER ROLE ${FACTORY.username} WITH SUPERUSER = false AND LOGIN = false`);
    for (const who of CLIENTS.filter((one) => one !== 'admin'))
      if (!(await mayLogIn(loginOf(tls, who)))) await make(client, who);
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

/** The driver hides what a host answered behind "no host available". */
function isRefusal(error: unknown): boolean {
  if (error instanceof errors.AuthenticationError) return true;
  return (
    error instanceof errors.NoHostAvailableError && Object.values(error.innerErrors as object).some(isRefusal)
  );
}
