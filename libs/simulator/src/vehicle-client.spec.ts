import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectPacer } from './connect-pacer.js';
import type { ConnectionEvents } from './mqtt-connection.js';
import { outgoing, type OutgoingReading } from './outgoing-reading.js';
import { VehicleClient } from './vehicle-client.js';

/** A broker that acknowledges when told to. */
class FakeBroker {
  readonly connections: { bodies: string[]; acknowledge: (() => void)[]; events: ConnectionEvents }[] = [];

  get last() {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('nobody is connected');
    return connection;
  }

  connect = (_clientId: string, events: ConnectionEvents) => {
    const connection = { bodies: [] as string[], acknowledge: [] as (() => void)[], events };
    this.connections.push(connection);
    return {
      publish: (_topic: string, body: Buffer, _encoding: string, acknowledged: (code: number) => void) => {
        connection.bodies.push(body.toString());
        connection.acknowledge.push(() => acknowledged(0));
      },
      cut: () => events.closed('cut'),
      end: () => events.closed('ended'),
    };
  };
}

let broker: FakeBroker;
let client: VehicleClient;
let sent: string[];
let acknowledged: number;

beforeEach(() => {
  vi.useFakeTimers();
  broker = new FakeBroker();
  sent = [];
  acknowledged = 0;
  client = new VehicleClient('v1', 'vehicles/v1/telemetry', {
    connect: broker.connect,
    window: 3,
    pacer: new ConnectPacer(1000),
    onSent: (reading) => sent.push(`${reading.body} #${reading.order} attempt ${reading.attempt}`),
    onAcknowledged: () => acknowledged++,
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const reading = (name: string): OutgoingReading =>
  outgoing({
    vehicleId: 'v1',
    messageId: name,
    recordedAt: 0,
    madeAt: 0,
    clockSuspect: false,
    encoding: 'json',
    body: Buffer.from(name),
  });

function send(...names: string[]): OutgoingReading[] {
  const readings = names.map(reading);
  for (const one of readings) client.send(one);
  return readings;
}

/** Lets the client make its next connection, and the broker accept it. */
function reconnected(receiveMaximum = 65_535): void {
  const before = broker.connections.length;
  while (broker.connections.length === before) vi.advanceTimersByTime(20);
  broker.last.events.opened(receiveMaximum);
}

function join(receiveMaximum?: number): void {
  client.join();
  reconnected(receiveMaximum);
}

it('keeps readings until it is connected, and sends them in order', () => {
  send('a', 'b');
  expect(client.waiting).toBe(2);
  join();
  expect(sent).toEqual(['a #1 attempt 1', 'b #2 attempt 1']);
});

it('has no more under way than its window and the broker allow', () => {
  join(2);
  send('a', 'b', 'c');
  expect(broker.last.bodies).toEqual(['a', 'b']);
  broker.last.acknowledge[0]?.();
  expect(broker.last.bodies).toEqual(['a', 'b', 'c']);
});

it('sends again what was not acknowledged, in the same order and before anything new', () => {
  join();
  send('a', 'b', 'c', 'd');
  broker.last.acknowledge[0]?.();
  broker.last.events.closed('lost');
  send('e');
  reconnected();
  expect(broker.last.bodies).toEqual(['b', 'c', 'd']);
  broker.last.acknowledge.forEach((acknowledge) => acknowledge());
  expect(broker.last.bodies).toEqual(['b', 'c', 'd', 'e']);
  expect(sent.slice(4)).toEqual(['b #2 attempt 2', 'c #3 attempt 2', 'd #4 attempt 2', 'e #5 attempt 1']);
});

it('takes no acknowledgement of an earlier connection', () => {
  join();
  send('a');
  const late = broker.last.acknowledge[0];
  broker.last.events.closed('lost');
  reconnected();
  late?.();
  expect(acknowledged).toBe(0);
  expect(client.outstanding).toBe(1);
});

it('B8: waits longer after each failure, and up to half a minute', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.99);
  client.join();
  let waits: number[] = [];
  for (let failure = 0; failure < 12; failure++) {
    const before = broker.connections.length;
    const since = Date.now();
    while (broker.connections.length === before) vi.advanceTimersByTime(20);
    waits.push(Date.now() - since);
    broker.last.events.closed('refused');
  }
  waits = waits.slice(1);
  expect(waits.slice(0, 4).map((wait) => Math.round(wait / 1000))).toEqual([2, 4, 8, 16]);
  expect(Math.max(...waits)).toBeLessThan(30_100);
  expect(waits.at(-1)).toBeGreaterThan(29_000);
});

it('B8: vehicles cut off together come back spread evenly over two seconds', () => {
  const pacer = new ConnectPacer(100_000);
  const brokers = Array.from({ length: 1000 }, () => {
    const one = new FakeBroker();
    new VehicleClient('v', 'vehicles/v/telemetry', {
      ...{ connect: one.connect, window: 1, pacer },
      ...{ onSent: () => undefined, onAcknowledged: () => undefined },
    }).join();
    return one;
  });
  vi.advanceTimersByTime(100);
  for (const one of brokers) one.last.events.closed('cut');
  const back = () => brokers.filter(({ connections }) => connections.length > 1).length;
  const counts = Array.from({ length: 10 }, () => {
    const before = back();
    vi.advanceTimersByTime(200);
    return back() - before;
  });
  vi.advanceTimersByTime(20);
  expect(back()).toBe(1000);
  for (const count of counts) expect(count, counts.join(' ')).toBeLessThan(200);
});

it('B8: waits longer also when the broker takes its connections and drops them at once', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  client.join();
  vi.advanceTimersByTime(100);
  client.send(reading('a'));
  const seen: number[] = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    broker.last.events.opened(10);
    broker.last.events.closed('dropped');
    const before = broker.connections.length;
    const since = Date.now();
    while (broker.connections.length === before) vi.advanceTimersByTime(20);
    seen.push(Date.now() - since);
  }
  expect(seen.at(-1)).toBeGreaterThan(8000);
});

it('stays away after leaving, until it joins again', () => {
  join();
  client.leave();
  send('a');
  vi.advanceTimersByTime(120_000);
  expect(broker.connections).toHaveLength(1);
  join();
  expect(broker.last.bodies).toEqual(['a']);
});

it('sends an acknowledged reading again under the same order, also over a new connection', () => {
  join();
  const [a] = send('a');
  if (!a) throw new Error('a was sent');
  broker.last.acknowledge[0]?.();
  client.sendAgain(a);
  broker.last.acknowledge[1]?.();
  client.sendAgainOverNewConnection(a);
  reconnected();
  expect(sent).toEqual(['a #1 attempt 1', 'a #1 attempt 2', 'a #1 attempt 3']);
});

it('sends the newest first if asked, and counts the order as sent', () => {
  send('a', 'b', 'c');
  client.putNewestFirst();
  join();
  expect(sent).toEqual(['c #1 attempt 1', 'a #2 attempt 1', 'b #3 attempt 1']);
});

it('gives up a connection on which nothing is acknowledged any more', () => {
  join();
  send('a');
  vi.advanceTimersByTime(29_000);
  client.cutIfSilent();
  expect(client.connected).toBe(true);
  vi.advanceTimersByTime(2_000);
  client.cutIfSilent();
  expect(client.connected).toBe(false);
});
