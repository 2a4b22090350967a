import { readFileSync } from 'node:fs';
import { OwnBroker, OwnDevices, OwnSecureBroker } from '@navora/testing';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';

const VEHICLES = 20;
const MESSAGES = 20_000;
const WINDOW = 20;
const ROUNDS = 5;
/** Of a clock tick of the kernel, in ms (USER_HZ is 100 wherever Node runs on Linux). */
const TICK_MS = 10;

/** A body as a vehicle sends it. */
const BODY = JSON.stringify({
  ...{ messageId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10', recordedAt: 1_763_800_000_000, sequence: 4711 },
  ...{ location: { latitude: 52.52, longitude: 13.4 }, speedKph: 71.5, fuelLevelPercent: 38.2 },
  ...{ engineTemperatureC: 91, cargoTemperatureC: 4.1, ignitionOn: true },
});

interface Way {
  pid: number;
  clients: MqttClient[];
}
interface Cost {
  perSecond: number;
  /** µs of processor time a message, of the broker and of the vehicles' process */
  brokerUs: number;
  vehiclesUs: number;
}

let plainBroker: OwnBroker;
let secureBroker: OwnSecureBroker;
let plain: Way;
let secure: Way;
beforeAll(async () => {
  plainBroker = await OwnBroker.start();
  secureBroker = await OwnSecureBroker.start();
  const devices = await OwnDevices.of(secureBroker);
  const ca = readFileSync(secureBroker.tls.servicesCa);
  plain = { pid: plainBroker.pid, clients: [] };
  secure = { pid: secureBroker.pid, clients: [] };
  for (let i = 0; i < VEHICLES; i++) {
    plain.clients.push(await connect(plainBroker.url, i, {}));
    secure.clients.push(await connect(secureBroker.url, i, { ca, ...(await devices.issue(`v${i}`)) }));
  }
}, 60_000);
afterAll(async () => {
  for (const client of [...(plain?.clients ?? []), ...(secure?.clients ?? [])]) await client.endAsync(true);
  await plainBroker?.dispose();
  await secureBroker?.dispose();
});

const connect = (url: string, i: number, options: IClientOptions) =>
  connectAsync(url, { ...options, clientId: `v${i}`, protocolVersion: 5, reconnectPeriod: 0 }, false);

function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Each vehicle keeps a window of readings unacknowledged until all are sent. */
async function send({ pid, clients }: Way): Promise<Cost> {
  let left = MESSAGES;
  const vehicle = async (client: MqttClient, i: number): Promise<void> => {
    while (left-- > 0) await client.publishAsync(`vehicles/v${i}/telemetry`, BODY, { qos: 1 });
  };
  const [broker, own, begun] = [processorMs(pid), process.cpuUsage(), performance.now()];
  await Promise.all(clients.flatMap((client, i) => Array.from({ length: WINDOW }, () => vehicle(client, i))));
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(own);
  return {
    perSecond: MESSAGES / seconds,
    brokerUs: ((processorMs(pid) - broker) * 1000) / MESSAGES,
    vehiclesUs: (user + system) / MESSAGES,
  };
}

it('what TLS costs between vehicles and broker, in turns with plain text', async () => {
  const ratios: Record<keyof Cost, number>[] = [];
  await send(plain);
  await send(secure);
  for (let round = 0; round < ROUNDS; round++) {
    const [without, withTls] = [await send(plain), await send(secure)];
    ratios.push({
      perSecond: withTls.perSecond / without.perSecond,
      brokerUs: withTls.brokerUs / without.brokerUs,
      vehiclesUs: withTls.vehiclesUs / without.vehiclesUs,
    });
    const told = ({ perSecond, brokerUs, vehiclesUs }: Cost) =>
      `${perSecond.toFixed(0)}/s, broker ${brokerUs.toFixed(0)} µs, vehicles ${vehiclesUs.toFixed(0)} µs a message`;
    process.stdout.write(`plain ${told(without)}; TLS ${told(withTls)}\n`);
  }
  const median = (name: keyof Cost) =>
    ratios.map((one) => one[name]).sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  process.stdout.write(
    `TLS to plain, median of ${ROUNDS}: rate ${median('perSecond').toFixed(2)}, broker ${median('brokerUs').toFixed(2)}, vehicles ${median('vehiclesUs').toFixed(2)}\n`,
  );
  expect(median('perSecond'), 'TLS takes more than two thirds of the rate').toBeGreaterThan(1 / 3);
}, 300_000);
