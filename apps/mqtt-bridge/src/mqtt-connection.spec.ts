import type { IPublishPacket } from 'mqtt-packet';
import { describe, expect, it, vi } from 'vitest';
import type { AckWindow, Delivery } from './ack-window.js';
import { type BrokerManners, FakeBroker } from './fake-broker.fixture.js';
import { Intake } from './intake.js';
import { MqttConnection } from './mqtt-connection.js';
import type { ConnectionSettings } from './mqtt-packets.js';

function aConnection(manners: BrokerManners = {}, over: Partial<ConnectionSettings> = {}) {
  const broker = new FakeBroker(manners);
  const received: { packet: IPublishPacket; delivery: Delivery; window: AckWindow }[] = [];
  const intake = new Intake({ messages: 4, bytes: 1_000_000 });
  const subscribed = vi.fn();
  const acknowledged = vi.fn();
  const brokerDropped = vi.fn();
  const heartbeatsRefused = vi.fn();
  const back: string[] = [];
  let beats = 0;
  const connection = new MqttConnection(
    broker.client,
    {
      clientId: 'navora-bridge',
      filter: 'vehicles/+/telemetry',
      sessionExpirySeconds: 86_400,
      receiveMaximum: 2000,
      keepaliveSeconds: 20,
      establishTimeoutMs: 2000,
      ...over,
    },
    intake,
    {
      subscribed,
      acknowledged,
      brokerDropped,
      heartbeatsRefused,
      heartbeat: () => `heartbeat ${++beats}`,
      heartbeatBack: ({ payload, messageId }, window) => {
        back.push(payload.toString());
        window.settle(window.receive(messageId as number));
      },
      received: (packet, window) => {
        intake.taken(packet.payload.length, 0);
        received.push({ packet, window, delivery: window.receive(packet.messageId as number) });
      },
    },
  );
  const settle = (index: number) => {
    const one = received[index];
    if (!one) throw new Error(`nothing received at ${index}`);
    intake.settled(one.packet.payload.length, 0);
    one.window.settle(one.delivery);
  };
  return {
    ...{ broker, connection, received, settle, subscribed, acknowledged, brokerDropped },
    ...{ heartbeatsRefused, back },
  };
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 2000, interval: 2 });

describe('MqttConnection', () => {
  it('asks for a session that outlives it, a bound, and at least once without retained messages', async () => {
    const { broker, subscribed } = aConnection();
    await until(() => expect(subscribed).toHaveBeenCalledOnce());
    expect(broker.received).toMatchObject([
      {
        cmd: 'connect',
        protocolVersion: 5,
        clientId: 'navora-bridge',
        clean: false,
        keepalive: 20,
        properties: { sessionExpiryInterval: 86_400, receiveMaximum: 2000, topicAliasMaximum: 0 },
      },
      { cmd: 'subscribe', subscriptions: [{ topic: 'vehicles/+/telemetry', qos: 1, rh: 2 }] },
    ]);
    expect(broker.received[0]).not.toHaveProperty('properties.maximumPacketSize');
  });

  it('takes messages of a resumed session that come before the SUBACK', async () => {
    const { broker, received } = aConnection({ mute: true });
    await until(() => expect(broker.heard).toEqual(['connect']));
    broker.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0 });
    broker.publish(1, 2);
    await until(() => expect(received).toHaveLength(2));
  });

  it('listens to what the broker counts as dropped, and takes it for no message', async () => {
    const dropsTopic = '$SYS/broker/publish/messages/dropped';
    const { broker, received, brokerDropped } = aConnection({}, { dropsTopic });
    await until(() => expect(broker.heard).toEqual(['connect', 'subscribe']));
    expect(broker.received[1]).toMatchObject({
      subscriptions: [{ topic: 'vehicles/+/telemetry' }, { topic: dropsTopic, qos: 0, rh: 0 }],
    });
    broker.send({
      cmd: 'publish',
      topic: dropsTopic,
      payload: Buffer.from('150'),
      qos: 0,
      dup: false,
      retain: true,
    });
    await until(() => expect(brokerDropped).toHaveBeenCalledWith(150));
    expect(received).toEqual([]);
  });

  it('publishes to itself once it is subscribed, and takes what comes back for no message', async () => {
    const heartbeat = { topic: 'navora/heartbeats/navora-bridge', everyMs: 20 };
    const { broker, connection, received, back } = aConnection({}, { heartbeat });
    await until(() => expect(back.slice(0, 3)).toEqual(['heartbeat 1', 'heartbeat 2', 'heartbeat 3']));
    expect(broker.received[1]).toMatchObject({
      subscriptions: [{ qos: 1 }, { ...{ topic: heartbeat.topic }, qos: 1 }],
    });
    expect(broker.received.find(({ cmd }) => cmd === 'publish')).toMatchObject({
      topic: heartbeat.topic,
      qos: 1,
    });
    expect(broker.pubacks[0]).toBe(77);
    expect(received).toEqual([]);
    connection.stopTaking();
    await until(() => expect(broker.heard.at(-1)).toBe('puback 77'));
  });

  it.each([
    ['to subscribe', { grantedToHeartbeats: 0x87 }, /SUBSCRIBE .* 0x87 not authorized/],
    ['more than QoS 0', { grantedToHeartbeats: 0 }, /SUBSCRIBE .* 0x00/],
    ['to publish', { publishReason: 0x87 }, /PUBLISH .* 0x87 not authorized/],
  ])('goes on without heartbeats where the broker does not let it %s', async (_, manners, why) => {
    const heartbeat = { topic: 'navora/heartbeats/navora-bridge', everyMs: 5 };
    const { broker, received, heartbeatsRefused, back } = aConnection(manners, { heartbeat });
    await until(() => expect(heartbeatsRefused).toHaveBeenCalledWith(expect.stringMatching(why)));
    broker.publish(1);
    await until(() => expect(received).toHaveLength(1));
    expect([heartbeatsRefused.mock.calls.length, back.length]).toEqual([1, 0]);
    expect(broker.heard.filter((cmd) => cmd === 'publish').length).toBeLessThanOrEqual(1);
  });

  it('sends PUBACKs in the order of receipt, only of what is settled', async () => {
    const { broker, received, settle } = aConnection();
    broker.publish(11, 12, 13);
    await until(() => expect(received).toHaveLength(3));
    settle(1);
    settle(0);
    await until(() => expect(broker.pubacks).toEqual([11, 12]));
    settle(2);
    await until(() => expect(broker.pubacks).toEqual([11, 12, 13]));
  });

  it('acknowledges nothing any more once it has ended', async () => {
    const { broker, connection, received, settle, acknowledged } = aConnection();
    broker.publish(1);
    await until(() => expect(received).toHaveLength(1));
    broker.vanish();
    expect(await connection.ended).toMatchObject({ cause: 'closed' });
    expect(connection.window.size).toBe(0);
    settle(0);
    expect(acknowledged).not.toHaveBeenCalled();
    expect(broker.pubacks).toEqual([]);
  });

  it('reads no more while the intake is full, and on when there is room', async () => {
    const { broker, received, settle } = aConnection();
    broker.publish(1, 2, 3, 4);
    await until(() => expect(received).toHaveLength(4));
    broker.publish(5);
    await until(() => expect(broker.client.isPaused()).toBe(true));
    expect(received).toHaveLength(4);
    settle(0);
    settle(1);
    await until(() => expect(received).toHaveLength(5));
  });

  it('leaves new messages to the broker when it stops, acknowledges the old ones, and keeps the session', async () => {
    const { broker, connection, received, settle, subscribed } = aConnection();
    await until(() => expect(subscribed).toHaveBeenCalled());
    broker.publish(1, 2);
    await until(() => expect(received).toHaveLength(2));
    connection.stopTaking();
    broker.publish(3);
    settle(0);
    settle(1);
    await connection.disconnect();
    expect(received).toHaveLength(2);
    expect(broker.heard).toEqual(['connect', 'subscribe', 'puback 1', 'puback 2', 'disconnect']);
    expect(broker.received.at(-1)).not.toHaveProperty('properties');
  });

  it('notices a broker that does not answer pings, and is content with one that does', async () => {
    const silent = aConnection({ answersPings: false }, { keepaliveSeconds: 1 });
    const healthy = aConnection({}, { keepaliveSeconds: 1 });
    expect(await silent.connection.ended).toMatchObject({ cause: 'silent' });
    await until(() => expect(healthy.broker.heard.filter((cmd) => cmd === 'pingreq')).toHaveLength(2));
    await healthy.connection.disconnect();
  });

  it('keeps to the keepalive that the broker demands', async () => {
    const { broker } = aConnection({ connack: { properties: { serverKeepAlive: 1 } } });
    await until(() => expect(broker.heard).toContain('pingreq'));
  });

  it.each<[string, BrokerManners, RegExp]>([
    ['refused', { connack: { reasonCode: 0x87 } }, /CONNECT .* 0x87 not authorized/],
    ['refused', { granted: 0x8f }, /SUBSCRIBE vehicles\/\+\/telemetry .* 0x8f topic filter invalid/],
    ['too-slow', { mute: true }, /within 50 ms/],
  ])('ends as %s: %j', async (cause, manners, detail) => {
    const { connection } = aConnection(manners, { establishTimeoutMs: 50 });
    expect(await connection.ended).toEqual({ cause, detail: expect.stringMatching(detail) });
  });

  it('tells a take-over from being sent away, and both from nonsense', async () => {
    const endedBy = async (act: (broker: FakeBroker) => void) => {
      const { broker, connection, subscribed } = aConnection();
      await until(() => expect(subscribed).toHaveBeenCalled());
      act(broker);
      return (await connection.ended).cause;
    };
    expect(await endedBy((broker) => broker.send({ cmd: 'disconnect', reasonCode: 0x8e }))).toBe(
      'taken-over',
    );
    expect(await endedBy((broker) => broker.send({ cmd: 'disconnect', reasonCode: 0x8b }))).toBe('sent-away');
    expect(await endedBy((broker) => broker.hangUp())).toBe('hung-up');
    expect(await endedBy((broker) => broker.send({ cmd: 'pingreq' }))).toBe('protocol-error');
    expect(await endedBy((broker) => broker.publish(0))).toBe('protocol-error');
    expect(await endedBy((broker) => broker.sendBytes(Buffer.alloc(20, 0xff)))).toBe('protocol-error');
  });
});

describe('a connection that retires', () => {
  const RETIRES = { retires: true, heartbeat: { topic: 'navora/heartbeats/navora-bridge', everyMs: 1 } };

  /** Of a broker that kept two messages: its answers, up to our own message that comes back behind them. */
  async function aRetirement() {
    const retiring = aConnection({ mute: true }, RETIRES);
    const { broker, received } = retiring;
    broker.send({ cmd: 'connack', sessionPresent: true, reasonCode: 0 });
    broker.publish(1, 2);
    broker.send(
      { cmd: 'unsuback', messageId: 2, granted: [0] },
      { cmd: 'suback', messageId: 1, granted: [1] },
    );
    await until(() => expect(broker.heard).toContain('publish'));
    await until(() => expect(received).toHaveLength(2));
    const mark = broker.received.find(({ cmd }) => cmd === 'publish') as IPublishPacket;
    return { ...retiring, mark: { ...mark, messageId: 3 } };
  }

  it('unsubscribes, and where nothing waits it ends the session at once', async () => {
    const { broker, connection, received, back } = aConnection({}, RETIRES);
    expect(await connection.ended).toMatchObject({ cause: 'retired' });
    expect(broker.heard.slice(0, 4)).toEqual(['connect', 'unsubscribe', 'subscribe', 'publish']);
    expect(broker.received.slice(1, 3)).toMatchObject([
      { unsubscriptions: ['vehicles/+/telemetry'] },
      { subscriptions: [{ topic: 'navora/heartbeats/navora-bridge', qos: 1 }] },
    ]);
    expect([received, back]).toEqual([[], []]);
  });

  it('ends the session only when Kafka has all that came before its own message', async () => {
    const { broker, connection, settle, mark } = await aRetirement();
    broker.send(mark);
    settle(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(broker.heard).not.toContain('disconnect');
    settle(0);
    await until(() => expect(broker.heard).toContain('disconnect'));
    expect(broker.pubacks).toEqual([1, 2, 3]);
    expect(broker.received.at(-1)).toMatchObject({ properties: { sessionExpiryInterval: 0 } });
    broker.hangUp();
    expect(await connection.ended).toMatchObject({ cause: 'retired' });
  });

  it('takes a message to itself of an earlier connection for none', async () => {
    const { broker, settle, mark } = await aRetirement();
    broker.send({ ...mark, payload: 'heartbeat of another life' });
    settle(0);
    settle(1);
    await until(() => expect(broker.pubacks).toEqual([1, 2, 3]));
    expect(broker.heard).not.toContain('disconnect');
  });

  it('leaves the session when the connection breaks before', async () => {
    const { broker, connection, settle, mark } = await aRetirement();
    broker.send(mark);
    settle(1);
    broker.vanish();
    expect(await connection.ended).toMatchObject({ cause: 'closed' });
    settle(0);
    expect(broker.heard).not.toContain('disconnect');
  });

  it('is refused where the broker does not let it unsubscribe, or hear of itself', async () => {
    expect(await aConnection({ unsubscribed: 0x87 }, RETIRES).connection.ended).toMatchObject({
      cause: 'refused',
      detail: expect.stringContaining('UNSUBSCRIBE vehicles/+/telemetry') as string,
    });
    expect(await aConnection({ granted: 0x87 }, RETIRES).connection.ended).toMatchObject({
      cause: 'refused',
      detail: expect.stringContaining('SUBSCRIBE navora/heartbeats/navora-bridge') as string,
    });
    expect(await aConnection({ publishReason: 0x87 }, RETIRES).connection.ended).toMatchObject({
      cause: 'refused',
    });
  });
});
