import { fileURLToPath } from 'node:url';
import { createCassandra, migrate, type CassandraClient } from '@navora/cassandra';
import { createLogger } from '@navora/runtime';
import { ownName, realServices } from '@navora/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertActions } from './alert-actions.js';

let client: CassandraClient;
const keyspace = ownName('ks').replaceAll('-', '_');
beforeAll(async () => {
  client = createCassandra(realServices(), createLogger('test', 'silent'));
  await client.connect();
  await migrate(client, {
    keyspace,
    folders: [{ owner: 'cli', path: fileURLToPath(new URL('../migrations', import.meta.url)) }],
    replication: "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}",
  });
}, 60_000);
afterAll(async () => {
  await client.execute(`DROP KEYSPACE ${keyspace}`, [], { prepare: false, readTimeout: 60_000 });
  await client.shutdown();
}, 60_000);

let count = 0;
const anAlert = () => ({
  vehicleId: 'truck-17',
  alertId: `4f0f0a0e-51b5-5d9c-9a53-${String(++count).padStart(12, '0')}`,
});

describe('what people do about an alert', () => {
  it('is noted in order, and says how the alert stands', async () => {
    const actions = new AlertActions(client, keyspace);
    const alert = anAlert();
    expect(await actions.careOf(alert)).toEqual({});
    expect(await actions.ofAlert(alert)).toEqual([]);
    await actions.act(alert, 'ann', { action: 'acknowledge', comment: 'on it' });
    await actions.act(alert, 'ann', { action: 'assign', assignee: 'bob' });
    await actions.act(alert, 'bob', { action: 'comment', comment: 'coolant refilled' });
    const given = await actions.act(alert, 'bob', { action: 'assign', assignee: null });
    expect(given.before.assignee).toBe('bob');
    expect(await actions.careOf(alert)).toEqual({
      acknowledgedBy: 'ann',
      acknowledgedAt: expect.stringMatching(/Z$/) as string,
    });
    expect((await actions.ofAlert(alert)).map(({ at: _, ...rest }) => rest)).toEqual([
      { action: 'acknowledge', by: 'ann', comment: 'on it' },
      { action: 'assign', by: 'ann', assignee: 'bob' },
      { action: 'comment', by: 'bob', comment: 'coolant refilled' },
      { action: 'assign', by: 'bob', assignee: null },
    ]);
  });

  it('is not noted when it is so already, but for what is said with it', async () => {
    const actions = new AlertActions(client, keyspace);
    const alert = anAlert();
    await actions.act(alert, 'ann', { action: 'acknowledge' });
    const again = await actions.act(alert, 'bob', { action: 'acknowledge' });
    expect(again).toMatchObject({ changed: false, before: { acknowledgedBy: 'ann' } });
    await actions.act(alert, 'bob', { action: 'acknowledge', comment: 'me too' });
    expect(await actions.careOf(alert)).toMatchObject({ acknowledgedBy: 'ann' });
    expect((await actions.ofAlert(alert)).map(({ action, by }) => `${action} ${by}`)).toEqual([
      'acknowledge ann',
      'comment bob',
    ]);
  });

  it('loses nothing of many who act at once, and one of them is the first', async () => {
    const alert = anAlert();
    const people = ['ann', 'bob', 'cem', 'dia', 'eve'];
    const all = await Promise.all(
      people.flatMap((who) => {
        const actions = new AlertActions(client, keyspace);
        return [
          actions.act(alert, who, { action: 'acknowledge' }),
          actions.act(alert, who, { action: 'comment', comment: `${who} was here` }),
          actions.act(alert, who, { action: 'assign', assignee: who }),
        ];
      }),
    );
    const actions = new AlertActions(client, keyspace);
    const done = await actions.ofAlert(alert);
    expect(done.filter(({ action }) => action === 'acknowledge')).toHaveLength(1);
    expect(done.flatMap(({ comment }) => comment ?? []).sort()).toEqual(
      people.map((who) => `${who} was here`),
    );
    const assigned = done.filter(({ action }) => action === 'assign').map(({ assignee }) => assignee);
    expect([...assigned].sort()).toEqual(people);
    expect(await actions.careOf(alert)).toMatchObject({ assignee: assigned.at(-1) });
    expect(all.filter(({ changed }) => changed)).toHaveLength(done.length);
  });
});
