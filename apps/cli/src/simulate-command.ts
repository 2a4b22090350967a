import {
  CALM,
  endpointsFrom,
  ProgressLine,
  startFleet,
  USUAL,
  type FleetOptions,
  type FleetStats,
  type FleetSummary,
} from '@navora/simulator';
import { Command } from 'commander';
import { ownEnvironment } from './cli-config.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { readSchema } from './schema-file.js';
import { aboveZero, atLeastZero, share, wholeNumber } from './number-argument.js';
import { parseDuration as duration } from './time-argument.js';
import { accessOfVehicles } from './vehicle-credentials.js';
import { stackEnvFile } from './workspace.js';

interface SimulateFlags {
  vehicles: number;
  rate?: number;
  seed: number;
  for?: number;
  prefix?: string;
  history?: string;
  mqtt?: string;
  registry?: string;
  jsonShare: number;
  schema?: string[];
  calm?: boolean;
  dropouts?: number;
  redeliveries?: number;
  skewed?: number;
  suspect?: number;
  incidents?: number;
  buffered?: number;
  bufferedEvery: number;
  connects: number;
  grace: number;
  topic?: string;
  stack: string;
  json?: boolean;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('a fleet of vehicles that drives, reports over MQTT, and is as imperfect as real ones')
    .option('--vehicles <n>', 'how many', wholeNumber, 1000)
    .option('--rate <n>', 'messages a second, of all vehicles together (default: one per vehicle)', aboveZero)
    .option('--seed <n>', 'the same seed makes the same vehicles, routes and troubles', wholeNumber, 1)
    .option('--for <duration>', 'how long, such as 90s, 15m or 2h (default: until Ctrl-C)', duration)
    .option('--prefix <text>', 'what vehicle ids begin with (default: sim- and a mark of this run)')
    .option('--history <file>', "write the sender's history, for `navora audit`")
    .option('--mqtt <url>', 'the broker (default: NAVORA_MQTT_URL, or the local stack)')
    .option('--registry <url>', 'the schema registry (default: NAVORA_REGISTRY_URL, or the local stack)')
    .option('--json-share <share>', 'share of vehicles that send JSON; the others send Avro', share, 0.5)
    .option(
      '--schema <file...>',
      'write Avro with these registered versions of our record, each body with one at random (default: ours)',
    )
    .option('--calm', 'no dropouts, redeliveries or wrong clocks')
    .option(
      '--dropouts <share>',
      `share of vehicles that drop out (default: ${USUAL.dropoutVehicles})`,
      share,
    )
    .option('--redeliveries <share>', `share of readings sent again (default: ${USUAL.redeliveries})`, share)
    .option('--skewed <share>', `share of clocks half a minute off (default: ${USUAL.skewedClocks})`, share)
    .option(
      '--suspect <share>',
      `share of clocks 5 minutes ahead or more (default: ${USUAL.suspectClocks})`,
      share,
    )
    .option(
      '--incidents <factor>',
      'engine, cargo and fuel troubles, as a multiple of the usual',
      atLeastZero,
    )
    .option(
      '--buffered <duration>',
      'come back after so long, with all that was recorded meanwhile',
      duration,
    )
    .option('--buffered-every <duration>', 'how often was recorded meanwhile', duration, 60_000)
    .option('--connects <n>', 'connects a second', aboveZero, 400)
    .option('--grace <duration>', 'how long to wait for acknowledgements at the end', duration, 30_000)
    .option('--topic <pattern>', 'MQTT topic, with {vehicleId} in it')
    .option('--stack <name>', 'the local stack to ask', 'default')
    .option('--json', 'print the summary as JSON')
    .action(
      orSayWhy(async (flags: SimulateFlags) => {
        process.exitCode = await simulate(flags);
      }),
    );
}

async function simulate(flags: SimulateFlags): Promise<number> {
  const fleet = await startFleet(await fleetOptions(flags));
  const progress = new ProgressLine(process.stderr, () => progressText(fleet.stats()));
  progress.interrupt(
    `${flags.vehicles} vehicles named ${fleet.prefix}-…, seed ${flags.seed}; Ctrl-C ends it, a second one at once.`,
  );
  let summary: FleetSummary;
  try {
    await Promise.race([fleet.finished, interrupted()]);
  } finally {
    summary = await fleet.stop({ graceMs: flags.grace }).finally(() => progress.stop());
  }
  console.log(flags.json ? JSON.stringify(summary) : summaryText(summary));
  return summary.unacknowledged > 0 || summary.sent === 0 ? 1 : 0;
}

/** Resolves at the first Ctrl-C; the second one ends the process, whatever it waits for. */
function interrupted(): Promise<void> {
  let first = true;
  return new Promise((resolve) => {
    const end = () => {
      if (!first) process.exit(130);
      first = false;
      resolve();
    };
    process.on('SIGINT', end).on('SIGTERM', end);
  });
}

async function fleetOptions(flags: SimulateFlags): Promise<FleetOptions> {
  const known = await endpointsFrom(ownEnvironment(), stackEnvFile(flags.stack));
  const mqttUrl = flags.mqtt ?? known.mqttUrl;
  if (!mqttUrl) {
    throw new CommandFailure(
      'No MQTT broker is known: start the local stack (navora stack up), set NAVORA_MQTT_URL, or give --mqtt.',
    );
  }
  const usual = flags.calm ? CALM : USUAL;
  return {
    ...(await accessOfVehicles(mqttUrl, known)),
    registryUrl: flags.registry ?? known.registryUrl,
    registryCaFile: known.registryCaFile,
    vehicles: flags.vehicles,
    ratePerSecond: flags.rate ?? flags.vehicles,
    seed: flags.seed,
    prefix: flags.prefix,
    jsonShare: flags.jsonShare,
    schemas: flags.schema?.map(readSchema),
    historyFile: flags.history,
    durationMs: flags.for,
    buffered: flags.buffered ? { forMs: flags.buffered, everyMs: flags.bufferedEvery } : undefined,
    connectsPerSecond: flags.connects,
    ...(flags.topic ? { topicPattern: flags.topic } : {}),
    imperfections: {
      ...usual,
      dropoutVehicles: flags.dropouts ?? usual.dropoutVehicles,
      redeliveries: flags.redeliveries ?? usual.redeliveries,
      skewedClocks: flags.skewed ?? usual.skewedClocks,
      suspectClocks: flags.suspect ?? usual.suspectClocks,
      incidents: flags.incidents ?? usual.incidents,
    },
  };
}

function progressText(stats: FleetStats): string {
  const { recentAckMs: ack } = stats;
  const latency = ack ? `, PUBACK ${ms(ack.p50)} p50, ${ms(ack.p99)} p99` : '';
  return (
    `${stats.phase}: ${stats.connected} of ${stats.vehicles} connected, ${stats.sent} sent, ` +
    `${stats.acknowledged} acknowledged, ${stats.unacknowledged} open, ${stats.waiting} waiting${latency}`
  );
}

function summaryText(summary: FleetSummary): string {
  const { ackMs } = summary;
  const lines = [
    `${summary.sent} readings sent by ${summary.vehicles} vehicles (${summary.prefix}-…) in ${(summary.sendingMs / 1000).toFixed(1)} s`,
    `${summary.resent} sent again, ${summary.acknowledged} acknowledged, ${summary.unacknowledged} not acknowledged`,
  ];
  if (ackMs)
    lines.push(`publish to PUBACK: ${ms(ackMs.p50)} p50, ${ms(ackMs.p99)} p99, ${ms(ackMs.max)} max`);
  if (summary.refused > 0) lines.push(`${summary.refused} refused by the broker`);
  if (summary.waiting > 0) lines.push(`${summary.waiting} made, but never sent: no connection`);
  if (summary.withoutSubscriber > 0) {
    lines.push(`${summary.withoutSubscriber} reached a broker with no subscriber: is the bridge running?`);
  }
  if (summary.behindSchedule > 0) {
    lines.push(
      `${summary.behindSchedule} made late, ${ms(summary.mostBehindMs)} at most: this machine was busy`,
    );
  }
  return lines.join('\n');
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
