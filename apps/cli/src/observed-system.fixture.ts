import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES } from '@navora/drill';
import { CertificateAuthority } from '@navora/identity';
import { createKafka } from '@navora/kafka';
import { createLogger } from '@navora/runtime';
import {
  frameAvro,
  readingSchema,
  readingType,
  SchemaRegistry,
  subjectOf,
  TOPICS,
  type Reading,
} from '@navora/schemas';
import { startFleet, type Fleet } from '@navora/simulator';
import { aReading, type Endpoints, ownName, realServices } from '@navora/testing';
import type { Producer } from 'kafkajs';
import mqtt, { type MqttClient } from 'mqtt';
import { runServices, type RunningServices } from './services.fixture.js';

/** A route for what people are told: answers as it is told to. */
class Office {
  status = 204;
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<Office> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const office = new Office(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    server.on('request', (request, response) => {
      request.resume();
      response.writeHead(office.status).end();
    });
    return office;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const RULES = `limits: { speedKph: [0, 250] }
rules:
  - { id: engine-overheating, measurement: engineTemperatureC, above: 100, severity: critical }
`;

export interface ObservedWish {
  /** More settings of the services. */
  settings?: Record<string, string>;
  on?: Endpoints;
  /** How long the certificate is good for that the services look at. */
  certificateYears?: number;
}

/** The three services with all that they can be asked to do, and what makes them do it. */
export class ObservedSystem {
  private constructor(
    readonly running: RunningServices,
    readonly office: Office,
    readonly rulesFile: string,
    readonly certificateFile: string,
    readonly hand: MqttClient,
    readonly producer: Producer,
    private readonly on: Endpoints,
  ) {}

  static async start({
    settings = {},
    on = realServices(),
    certificateYears = 1,
  }: ObservedWish = {}): Promise<ObservedSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'navora-observed-'));
    const office = await Office.open();
    const rulesFile = join(folder, 'rules.yaml');
    writeFileSync(rulesFile, RULES);
    writeFileSync(join(folder, 'office.url'), office.url);
    const notificationsFile = join(folder, 'notifications.yaml');
    writeFileSync(
      notificationsFile,
      `channels: { office: { kind: chat, urlFile: office.url } }
routes: [{ channel: office, atMostEvery: 0s }]
retries: { first: 1s, longest: 2s, giveUpAfter: 1h }
`,
    );
    const certificateFile = join(folder, 'ca.crt');
    const { authority } = await CertificateAuthority.create('of nobody', certificateYears);
    writeFileSync(certificateFile, authority.pem);
    const running = await runServices(
      {
        NAVORA_RULES_FILE: rulesFile,
        NAVORA_NOTIFICATIONS_FILE: notificationsFile,
        // Looked at, and not used: the registry is reached without TLS.
        NAVORA_REGISTRY_CA_FILE: certificateFile,
        ...settings,
      },
      on,
    );
    const hand = await mqtt.connectAsync(on.mqttUrl, { protocolVersion: 5, clientId: ownName('hand') });
    const producer = createKafka('by-hand', on, createLogger('by-hand', 'silent')).producer();
    await producer.connect();
    return new ObservedSystem(running, office, rulesFile, certificateFile, hand, producer, on);
  }

  /** Where Prometheus finds the services, also when they were started again. */
  get targets(): string[] {
    return SERVICES.map(
      (service) => `127.0.0.1:${this.running.services.processOf(service)?.launch.adminPort}`,
    );
  }

  drive(ratePerSecond: number): Promise<Fleet> {
    const { mqttUrl, registryUrl } = this.on;
    return startFleet({ mqttUrl, registryUrl, vehicles: 20, ratePerSecond });
  }

  async publish(body: object | string, vehicleId = 'by-hand'): Promise<void> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    await this.hand.publishAsync(`vehicles/${vehicleId}/telemetry`, text, { qos: 1 });
  }

  /** A reading as the bridge would have written it, had it received it then, ms since 1970. */
  async receivedAt(timestamp: number, vehicleId: string, reading: Partial<Reading>): Promise<void> {
    const schemaId = await new SchemaRegistry(this.on.registryUrl).idOf(
      subjectOf(TOPICS.readings),
      JSON.stringify(readingSchema),
    );
    const value = frameAvro(schemaId ?? 0, readingType, aReading({ ...reading, vehicleId }));
    const messages = [{ key: vehicleId, value, timestamp: String(timestamp) }];
    await this.producer.send({ topic: TOPICS.readings, messages });
  }

  restoreRules(): void {
    writeFileSync(this.rulesFile, RULES);
  }

  /** One of each thing that is not as it should be, or not as usual. */
  async misbehave(): Promise<void> {
    const now = Date.now();
    const reading = { messageId: randomUUID(), recordedAt: now - 100, speedKph: 70 };
    await this.publish('no JSON');
    await this.publish(reading);
    await this.publish({ ...reading, speedKph: 80 });
    await this.publish({ messageId: randomUUID(), recordedAt: now - 90, speedKph: 900 });
    await this.publish({ messageId: randomUUID(), recordedAt: now - 80, engineTemperatureC: 130 });
    await this.publish({ messageId: randomUUID(), recordedAt: now - 70, engineTemperatureC: 90 });
    await this.producer.send({
      topic: TOPICS.signals,
      messages: [{ key: 'by-hand', value: 'no signal' }],
    });
  }

  async stop(): Promise<void> {
    await this.hand.endAsync(true);
    await this.producer.disconnect();
    await this.running.stop();
    this.office.close();
  }
}
