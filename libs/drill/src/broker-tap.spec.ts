import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { BrokerTap } from './broker-tap.js';

const topic = 'vehicles/v/telemetry';
const publish = (messageId: number, payload: string) =>
  generate(
    { cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false },
    { protocolVersion: 5 },
  );
const puback = (messageId: number) => generate({ cmd: 'puback', messageId }, { protocolVersion: 5 });
const sent = (order: number, body: string) =>
  JSON.stringify({ type: 'sent', vehicleId: 'v', order, topic, body: Buffer.from(body).toString('base64') });
const acknowledged = (order: number) => JSON.stringify({ type: 'acknowledged', vehicleId: 'v', order });

it('B6: tells what the broker lost from what the bridge acknowledged', async () => {
  const tap = new BrokerTap();
  const both = Buffer.concat([publish(1, 'one'), publish(2, 'two')]);
  tap.hear(0, 'answer', both.subarray(0, 9));
  tap.hear(0, 'answer', both.subarray(9));
  tap.hear(0, 'request', puback(1));
  // An acknowledgement on another connection is not one of this message.
  tap.hear(1, 'request', puback(2));

  const folder = mkdtempSync(join(tmpdir(), 'tap-'));
  const lines = [
    sent(1, 'one'),
    acknowledged(1),
    sent(2, 'two'),
    acknowledged(2),
    sent(3, 'three'),
    acknowledged(3),
  ];
  writeFileSync(join(folder, 'all.jsonl'), `${lines.join('\n')}\n`);
  expect(await tap.strain(join(folder, 'all.jsonl'), join(folder, 'ours.jsonl'))).toEqual({
    acknowledgedByBroker: 3,
    lost: 2,
  });
  const kept = readFileSync(join(folder, 'ours.jsonl'), 'utf8').trimEnd().split('\n');
  expect(kept).toEqual([lines[0], lines[1], lines[2], lines[4]]);
});
