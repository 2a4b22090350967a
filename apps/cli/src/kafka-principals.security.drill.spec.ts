import { join } from 'node:path';
import { connect as connectTcp } from 'node:net';
import { createKafka } from '@navora/kafka';
import { AUTHORITY_CERTIFICATE } from '@navora/identity';
import { createLogger } from '@navora/runtime';
import kafkajs, { type Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf, SecureStack, type Who } from './secure-stack.fixture.js';

const READINGS = 'telemetry.readings.v1';
const SIGNALS = 'telemetry.signals.v1';
const DEAD_LETTERS = 'telemetry.dead-letters.v1';
const TOPICS = [READINGS, SIGNALS, DEAD_LETTERS, '__consumer_offsets'];

/** Written down a second time, by hand: a grant that slips in is seen here. */
const MAY: Record<string, { write: string[]; read: string[]; groups: string[] }> = {
  bridge: { write: [READINGS, DEAD_LETTERS], read: [], groups: [] },
  processor: { write: [SIGNALS, DEAD_LETTERS], read: [READINGS], groups: ['navora-processor'] },
  alerts: { write: [DEAD_LETTERS], read: [SIGNALS], groups: ['navora-alerts'] },
  operator: { write: [READINGS], read: TOPICS, groups: ['navora-audit-x', 'navora-reader-x'] },
  erase: { write: [], read: [], groups: [] },
  watch: { write: [], read: [], groups: [] },
  consumer: { write: [], read: [READINGS, SIGNALS], groups: ['consumer-x'] },
};
const GROUPS = [
  'navora-processor',
  'navora-alerts',
  'navora-audit-x',
  'navora-reader-x',
  'consumer-x',
  'anything',
];
const SERVICES = Object.keys(MAY) as Who[];

let stack: SecureStack;
beforeAll(async () => {
  stack = await SecureStack.start('kafka-principals');
  for (const topic of [READINGS, SIGNALS, DEAD_LETTERS]) await produce(stack.kafkaAs('admin'), topic);
  // Somebody commits something, so that there is a topic of offsets.
  await stack.withAdmin('admin', (admin) =>
    admin.setOffsets({ groupId: 'made', topic: READINGS, partitions: [{ partition: 0, offset: '0' }] }),
  );
}, 180_000);
afterAll(() => stack?.stop());

describe.each(SERVICES)('%s', (who) => {
  it('writes to the topics it feeds, and to no other', async () => {
    const written = [];
    for (const topic of TOPICS) {
      const outcome = await outcomeOf(() => produce(stack.kafkaAs(who), topic));
      if (outcome === 'done') written.push(topic);
      else expect(outcome).toMatch(/not authorized|authorization failed/i);
    }
    expect(written).toEqual(MAY[who]?.write);
  });

  it('joins the groups it consumes by, and no other', async () => {
    const joined = [];
    for (const groupId of GROUPS) {
      const outcome = await readAs(who, groupId, MAY[who]?.read[0] ?? READINGS);
      if (outcome === 'read') joined.push(groupId);
      else expect(outcome).toMatch(/not authorized|find group coordinator/i);
    }
    expect(joined).toEqual(MAY[who]?.groups);
  });

  it('reads the topics it consumes, and no other', async () => {
    const groupId = MAY[who]?.groups[0] ?? 'navora-processor';
    const read = [];
    for (const topic of TOPICS) {
      const outcome = await readAs(who, groupId, topic);
      if (outcome === 'read') read.push(topic);
      else expect(outcome).toMatch(/not authorized|find group coordinator|does not host this topic/i);
    }
    expect(read).toEqual(MAY[who]?.read);
  });

  it('makes, changes and deletes no topic, and grants nobody anything', async () => {
    const principal = `User:navora-${who}`;
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
    const attempts = {
      make: (admin) => admin.createTopics({ topics: [{ topic: 'mine', numPartitions: 1 }] }),
      delete: (admin) => admin.deleteTopics({ topics: [READINGS] }),
      grow: (admin) => admin.createPartitions({ topicPartitions: [{ topic: READINGS, count: 17 }] }),
      change: (admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: READINGS,
              configEntries: [{ name: 'retention.ms', value: '1' }],
            },
          ],
        }),
      grant: (admin) =>
        admin.createAcls({
          acl: [
            {
              ...{ principal, host: '*', resourceName: '*', resourceType: AclResourceTypes.TOPIC },
              resourcePatternType: ResourcePatternTypes.LITERAL,
              ...{ operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW },
            },
          ],
        }),
    } satisfies Record<string, (admin: ReturnType<Kafka['admin']>) => Promise<unknown>>;
    for (const [what, attempt] of Object.entries(attempts))
      expect(await outcomeOf(() => stack.withAdmin(who, attempt)), what).not.toBe('done');
    const { topics } = await stack.withAdmin('admin', (admin) => admin.fetchTopicMetadata());
    expect(topics.map(({ name }) => name).sort()).toEqual([...TOPICS].sort());
    expect(topics.find(({ name }) => name === READINGS)?.partitions).toHaveLength(16);
  });
});

it('a topic that nobody made is not there for being written to, whoever writes', async () => {
  expect(await outcomeOf(() => produce(stack.kafkaAs('admin'), 'nobody-made-this'))).not.toBe('done');
  expect(await stack.withAdmin('admin', (admin) => admin.listTopics())).not.toContain('nobody-made-this');
});

describe('the door', () => {
  const connecting = (over: Parameters<SecureStack['accessOf']>[1], without: readonly string[] = []) =>
    outcomeOf(async () => {
      const access = { ...stack.accessOf('operator', over) };
      for (const file of without) Reflect.deleteProperty(access, file);
      const admin = createKafka('stranger', access, createLogger('test', 'silent')).admin();
      try {
        await admin.connect();
        await admin.listTopics();
      } finally {
        await admin.disconnect();
      }
    });

  it('opens to an operator', async () => {
    expect(await connecting({})).toBe('done');
  });

  it('stays shut without a certificate', async () => {
    expect(await connecting({}, ['kafkaCertFile', 'kafkaKeyFile'])).toMatch(/alert|Closed connection/);
  });

  it("stays shut to a certificate of the vehicles' authority, whatever its name", async () => {
    const { devices } = stack.tls;
    const own = { cert: join(devices, AUTHORITY_CERTIFICATE), key: join(devices, 'ca.key') };
    expect(await connecting(own)).toMatch(/alert|Closed connection/);
  });

  it('stays shut to plain text', async () => {
    expect(await connecting({}, ['kafkaCaFile'])).toMatch(/alert|Closed connection/);
    const [broker = ''] = stack.endpoints.kafka.brokers;
    expect(await answerTo(Number(broker.split(':')[1]), 'GET / HTTP/1.0\r\n\r\n')).not.toContain('HTTP');
  });

  it('is not trusted when it shows a certificate of another authority', async () => {
    expect(await connecting({ ca: join(stack.tls.devices, AUTHORITY_CERTIFICATE) })).toMatch(/certificate/i);
  });
});

async function produce(kafka: Kafka, topic: string): Promise<void> {
  const producer = kafka.producer({ retry: { retries: 0 } });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key: 'truck', value: 'x', partition: 0 }] });
  } finally {
    await producer.disconnect();
  }
}

/** `read`, or the words in which that was refused. */
async function readAs(who: Who, groupId: string, topic: string): Promise<string> {
  const consumer = stack.kafkaAs(who).consumer({
    groupId,
    ...{
      sessionTimeout: 6000,
      maxWaitTimeInMs: 100,
      retry: { retries: 0, restartOnFailure: async () => false },
    },
  });
  try {
    return await new Promise<string>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error.message));
      consumer.on(consumer.events.FETCH, () => resolve('read'));
      void (async () => {
        await consumer.connect();
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({ autoCommit: false, eachMessage: async () => resolve('read') });
      })().catch((error: unknown) => resolve(String(error)));
    });
  } finally {
    await consumer.disconnect();
  }
}

function answerTo(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connectTcp({ host: '127.0.0.1', port }, () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.setTimeout(5000, () => socket.destroy());
  });
}
