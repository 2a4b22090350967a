import { setTimeout as pause } from 'node:timers/promises';
import { RecordEncoder, TOPICS } from '@navora/schemas';
import { now } from './wall-clock.js';
import type { GeneratorTask, LoadReport } from './generator-process.js';
import { quantilesOf } from './latencies.js';
import { allReadings, dueAt, dueBy, measuredReadings, type LoadPlan } from './load-plan.js';
import { PublishTemplates } from './publish-template.js';
import { Publisher } from './publisher.js';

const TICK_MS = 1;
const STILL_WAITING_FOR_MS = 60_000;

/** A process of its own: what it costs is no cost of what it measures, and what stalls others does not stall it. */
const { plan, mqttUrl, mqttTopic, schemaId, connections } = JSON.parse(
  process.argv[2] ?? '',
) as GeneratorTask;

const encoder = await RecordEncoder.forTopic(TOPICS.readings, {
  idOf: async () => schemaId,
  schemaById: async () => undefined,
});
const templates = new PublishTemplates(plan, mqttTopic, (reading) => encoder.encode(reading));
const all = allReadings(plan);
const measured = measuredReadings(plan);
const acknowledgedAfterMs = new Float64Array(all.end).fill(NaN);
const sentAfterMs = new Float64Array(all.end).fill(NaN);
const refused: LoadReport['refused'] = {};

const publishers = await Promise.all(
  Array.from({ length: connections }, (_, index) =>
    Publisher.open(mqttUrl, `load-${plan.run}-${index}`, templates, (number, reasonCode) => {
      acknowledgedAfterMs[number] = now() - dueAt(plan, number);
      // "No matching subscribers" is a success without a receiver: nobody would ever see this reading.
      if (reasonCode !== 0) refused[reasonCode] = (refused[reasonCode] ?? 0) + 1;
    }),
  ),
);
process.stderr.write('ready\n');

await send();
await untilAcknowledged();
for (const publisher of publishers) publisher.close();
process.stdout.write(JSON.stringify(report()));

/** Open loop: what is due is sent, whatever became of what was sent before. */
async function send(): Promise<void> {
  const waiting = publishers.map((): number[] => []);
  let next = 0;
  while (next < all.end || waiting.some((numbers) => numbers.length > 0)) {
    await pause(TICK_MS);
    const due = dueBy(plan, now());
    for (; next < due; next++) waiting[senderOf(plan, next)]?.push(next);
    publishers.forEach((publisher, index) => {
      const numbers = waiting[index] as number[];
      if (numbers.length === 0) return;
      const sent = publisher.send(numbers);
      const at = now();
      for (const number of numbers.splice(0, sent)) sentAfterMs[number] = at - dueAt(plan, number);
    });
  }
}

/** A vehicle stays with one connection: its order is that of the connection. */
function senderOf({ vehicles }: LoadPlan, number: number): number {
  return (number % vehicles) % connections;
}

async function untilAcknowledged(): Promise<void> {
  const inFlight = () => publishers.reduce((sum, publisher) => sum + publisher.inFlight, 0);
  let before = inFlight();
  let progressAt = now();
  while (inFlight() > 0 && now() - progressAt < STILL_WAITING_FOR_MS) {
    await pause(20);
    if (inFlight() < before) [before, progressAt] = [inFlight(), now()];
  }
}

function report(): LoadReport {
  const ofMeasured = (values: Float64Array) =>
    quantilesOf(values.slice(measured.from, measured.end).filter((ms) => !Number.isNaN(ms)));
  const unacknowledged: number[] = [];
  acknowledgedAfterMs.forEach((ms, number) => {
    if (Number.isNaN(ms)) unacknowledged.push(number);
  });
  return {
    sent: all.end,
    unacknowledged,
    refused,
    acknowledgedAfterMs: ofMeasured(acknowledgedAfterMs),
    sentAfterMs: ofMeasured(sentAfterMs),
  };
}
