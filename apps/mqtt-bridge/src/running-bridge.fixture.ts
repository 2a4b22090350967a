import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshProgram } from '@navora/bundling';
import type { Sender } from '@navora/kafka';
import { createMetrics } from '@navora/runtime';
import { RecordEncoder, TOPICS } from '@navora/schemas';
import type { ISocketFactory } from 'kafkajs';
import { Bridge } from './bridge.js';
import { openBrokerSocket } from './broker-socket.js';
import { recordingLog } from './logged.fixture.js';
import { createBridgeMetrics } from './metrics.js';
import type { TestStack } from './test-stack.fixture.js';
import { VehicleTopic } from './vehicle-topic.js';

/** Kafka for real, its answers held back while the test says so. */
export class HeldSender {
  private gate = Promise.resolve();
  private open: () => void = () => undefined;

  constructor(private readonly sender: Sender) {}

  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open();
  }

  send: Sender['send'] = (record) => this.sender.send(record);

  sendBatch: Sender['sendBatch'] = async (batch) => {
    const answer = await this.sender.sendBatch(batch);
    await this.gate;
    return answer;
  };
}

export const RECEIVE_MAXIMUM = 2000;

/** A bridge in this process, on the test's own topics. */
export async function aBridge(
  stack: TestStack,
  mqttUrl = stack.mqttUrl,
  { openKafkaSocket }: { openKafkaSocket?: ISocketFactory } = {},
) {
  const kafka = openKafkaSocket ? stack.kafkaThrough(openKafkaSocket) : stack.kafka;
  const { log, logged } = recordingLog();
  const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
  await producer.connect();
  const sender = new HeldSender(producer);
  const bridge = new Bridge({
    vehicleTopic: new VehicleTopic(stack.mqttPattern),
    settings: {
      clientId: stack.name,
      dropsTopic: '$SYS/broker/publish/messages/dropped',
      sessionExpirySeconds: 3600,
      receiveMaximum: RECEIVE_MAXIMUM,
      keepaliveSeconds: 20,
      establishTimeoutMs: 5000,
    },
    openSocket: () => openBrokerSocket({ url: mqttUrl }),
    sender,
    schemas: stack.schemas,
    readingEncoder: await RecordEncoder.forTopic(TOPICS.readings, stack.schemas),
    deadLetterEncoder: await RecordEncoder.forTopic(TOPICS.deadLetters, stack.schemas),
    metrics: createBridgeMetrics(createMetrics('test')),
    log,
    topics: stack.topics,
  });
  bridge.start();
  stack.onDispose(async () => {
    await bridge.stop(2000);
    await producer.disconnect();
  });
  return { bridge, sender, logged };
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The bridge as a process, to be killed. */
export class BridgeProcess {
  readonly logs: Record<string, unknown>[] = [];
  private readonly child: ChildProcess;
  readonly exited: Promise<number | null>;

  /** What it said on stderr: why it did not start. */
  words = '';

  static async start(
    stack: TestStack,
    mqttUrl: string,
    { settings = {}, nodeOptions = [] }: { settings?: Record<string, string>; nodeOptions?: string[] } = {},
  ): Promise<BridgeProcess> {
    const entry = 'apps/mqtt-bridge/src/bridge-process.fixture.ts';
    const program = await freshProgram(here('../../..'), 'bridge-of-a-test', entry);
    return new BridgeProcess(stack, mqttUrl, settings, [...nodeOptions, '--enable-source-maps', program]);
  }

  private constructor(stack: TestStack, mqttUrl: string, settings: Record<string, string>, args: string[]) {
    this.child = spawn(process.execPath, [...args, stack.topics.readings, stack.topics.deadLetters], {
      cwd: here('..'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...stack.environment,
        NAVORA_ENV_FILE: '',
        NAVORA_ADMIN_PORT: '0',
        NAVORA_MQTT_URL: mqttUrl,
        NAVORA_MQTT_CLIENT_ID: stack.name,
        NAVORA_MQTT_TOPIC: stack.mqttPattern,
        // Tests count packets.
        NAVORA_MQTT_HEARTBEAT_SECONDS: '0',
        ...settings,
      },
    });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.readLogs();
    this.child.stderr?.setEncoding('utf8').on('data', (words: string) => (this.words += words));
    stack.onDispose(() => this.end('SIGKILL'));
  }

  /** The events of this name so far. */
  events(event: string): Record<string, unknown>[] {
    return this.logs.filter((line) => line['event'] === event);
  }

  /** A metric's value, summed over its labels. */
  async metric(name: string): Promise<number> {
    const port = this.events('admin_server_listening')[0]?.['port'];
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    const lines = (await answer.text()).split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name);
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** The memory it holds now. */
  get rssBytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }

  private readLogs(): void {
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.logs.push(JSON.parse(line) as Record<string, unknown>);
    });
  }
}
