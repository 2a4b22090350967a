import { randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReport } from '@navora/auditor';
import { REDRIVEN_HEADER, TOPICS } from '@navora/schemas';
import { ownName, quietKafka, realServices } from '@navora/testing';
import { recordsOf, spanOf } from '@navora/kafka';
import mqtt, { type MqttClient } from 'mqtt';
import { vi } from 'vitest';
import { auditOf } from './audit-of.fixture.js';
import { deadLettersCommand } from './dead-letters-command.js';

/** A vehicle that notes what it sends, as an audit wants it. */
export class NotingVehicle {
  readonly id = ownName('truck');
  readonly topic = `vehicles/${this.id}/telemetry`;
  private order = 0;

  private constructor(
    private readonly client: MqttClient,
    readonly history: string,
  ) {
    writeFileSync(
      history,
      `${JSON.stringify({ type: 'run', at: Date.now(), seed: null, vehicles: null, prefix: null })}\n`,
    );
  }

  static async connect(folder: string): Promise<NotingVehicle> {
    const { mqttUrl } = realServices();
    const client = await mqtt.connectAsync(mqttUrl, { protocolVersion: 5, clientId: ownName('vehicle') });
    return new NotingVehicle(client, join(folder, `${ownName('history')}.jsonl`));
  }

  async send(
    body: object | Buffer,
    properties: mqtt.IClientPublishOptions['properties'] = {},
  ): Promise<void> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const order = ++this.order;
    const about = { vehicleId: this.id, order };
    const { messageId = randomUUID(), recordedAt = 0 } = body as Record<string, unknown>;
    const sent = { ...about, messageId, recordedAt, topic: this.topic, attempt: 1 };
    const encoding = bytes[0] === 0 ? 'avro' : 'json';
    this.note({ type: 'sent', at: Date.now(), ...sent, encoding, body: bytes.toString('base64') });
    await this.client.publishAsync(this.topic, bytes, { qos: 1, properties });
    this.note({ type: 'acknowledged', at: Date.now(), ...about, reasonCode: 0 });
  }

  disconnect(): Promise<void> {
    return this.client.endAsync();
  }

  private note(line: object): void {
    appendFileSync(this.history, `${JSON.stringify(line)}\n`);
  }
}

export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command in this process: a test runs it many times, and a process of its own takes seconds to start. */
export async function deadLetters(...args: string[]): Promise<CommandRun> {
  const [run] = await deadLettersAtOnce([args]);
  return run as CommandRun;
}

/** Several operators at the same moment; what they are told comes in one. */
export async function deadLettersAtOnce(runs: readonly string[][]): Promise<CommandRun[]> {
  const said = { stdout: '', stderr: '' };
  const hear = (where: keyof typeof said) => (text: unknown) => {
    said[where] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text) => void hear('stdout')(`${text}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text) => void hear('stderr')(`${text}\n`)),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('stderr')),
  ];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await Promise.all(
      runs.map((args) => deadLettersCommand().exitOverride().parseAsync(args, { from: 'user' })),
    );
    return runs.map(() => ({ code: Number(process.exitCode), ...said }));
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** How many records of a vehicle are in Kafka, and for which letters some of them were sent again. */
export async function recordsOfVehicle(vehicleId: string): Promise<{ count: number; redriven: string[] }> {
  const kafka = quietKafka(realServices());
  const admin = kafka.admin();
  await admin.connect();
  const span = await spanOf(admin, TOPICS.readings);
  await admin.disconnect();
  let count = 0;
  const redriven: string[] = [];
  for await (const records of recordsOf(kafka, TOPICS.readings, span)) {
    for (const { key, headers } of records) {
      if (key?.toString() !== vehicleId) continue;
      count++;
      const mark = headers[REDRIVEN_HEADER];
      if (mark) redriven.push(mark.toString());
    }
  }
  return { count, redriven };
}

export async function verdictOn(vehicle: NotingVehicle): Promise<string> {
  const report = await auditOf([vehicle.history], { waitForQuietSeconds: 60 });
  return renderReport(report);
}
