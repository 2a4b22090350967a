import {
  endpointsFrom,
  ProgressLine,
  Replay,
  type ReplayOptions,
  type ReplayStats,
  type ReplaySummary,
} from '@navora/simulator';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ownEnvironment } from './cli-config.js';
import { CommandFailure, orSayWhy } from './failure.js';
import { accessOfVehicles } from './vehicle-credentials.js';
import { stackEnvFile } from './workspace.js';

interface ReplayFlags {
  speed: number | 'max';
  encoding: 'json' | 'avro';
  history?: string;
  mqtt?: string;
  registry?: string;
  topic?: string;
  stack: string;
  grace: number;
  strict?: boolean;
  json?: boolean;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'send recorded trips through MQTT, each reading under the same id however often it is replayed',
    )
    .argument(
      '<trips.csv>',
      'columns by name: vehicleId, recordedAt, and what was measured; empty is no value',
    )
    .option('--speed <factor>', 'times faster than recorded (1, 60), or max', speed, 1)
    .addOption(
      new Option('--encoding <name>', 'how bodies are written').choices(['json', 'avro']).default('json'),
    )
    .option('--history <file>', "write the sender's history, for `navora audit`")
    .option('--mqtt <url>', 'the broker (default: NAVORA_MQTT_URL, or the local stack)')
    .option('--registry <url>', 'the schema registry (default: NAVORA_REGISTRY_URL, or the local stack)')
    .option('--topic <pattern>', 'MQTT topic, with {vehicleId} in it')
    .option('--stack <name>', 'the local stack to ask', 'default')
    .option('--grace <seconds>', 'how long to wait for acknowledgements at the end', seconds, 30)
    .option('--strict', 'exit with 1 if any line had to be left out')
    .option('--json', 'print the summary as JSON')
    .action(
      orSayWhy(async (file: string, flags: ReplayFlags) => {
        process.exitCode = await replay(file, flags);
      }),
    );
}

async function replay(file: string, flags: ReplayFlags): Promise<number> {
  const ending = new AbortController();
  process.on('SIGINT', () => (ending.signal.aborted ? process.exit(130) : ending.abort()));
  process.on('SIGTERM', () => ending.abort());
  const options = await replayOptions(file, flags, ending.signal);
  const run = new Replay({ ...options, onProblem: (problem) => progress.interrupt(problem) });
  const progress = new ProgressLine(process.stderr, () => progressText(run.stats()));
  const summary = await run.run().finally(() => progress.stop());
  console.log(flags.json ? JSON.stringify(summary) : summaryText(summary));
  const leftOut = flags.strict === true && summary.skippedLines > 0;
  return summary.sent === 0 || summary.unacknowledged > 0 || leftOut ? 1 : 0;
}

async function replayOptions(file: string, flags: ReplayFlags, signal: AbortSignal): Promise<ReplayOptions> {
  const known = await endpointsFrom(ownEnvironment(), stackEnvFile(flags.stack));
  const mqttUrl = flags.mqtt ?? known.mqttUrl;
  if (!mqttUrl) {
    throw new CommandFailure(
      'No MQTT broker is known: start the local stack (navora stack up), set NAVORA_MQTT_URL, or give --mqtt.',
    );
  }
  return {
    file,
    ...(await accessOfVehicles(mqttUrl, known)),
    registryUrl: flags.registry ?? known.registryUrl,
    registryCaFile: known.registryCaFile,
    encoding: flags.encoding,
    speed: flags.speed,
    historyFile: flags.history,
    graceMs: flags.grace * 1000,
    ...(flags.topic ? { topicPattern: flags.topic } : {}),
    signal,
  };
}

function progressText(stats: ReplayStats): string {
  const of = stats.total === undefined ? '' : ` of ${stats.total}`;
  const left = stats.remainingMs === undefined ? '' : `, ${clock(stats.remainingMs)} to go`;
  return (
    `${stats.sent}${of} readings of ${stats.vehicles} vehicles sent, ${stats.acknowledged} acknowledged, ` +
    `${stats.skippedLines} lines left out${left}`
  );
}

function summaryText(summary: ReplaySummary): string {
  const { ackMs } = summary;
  const lines = [
    `${summary.sent} readings of ${summary.vehicles} vehicles sent in ${(summary.durationMs / 1000).toFixed(1)} s`,
    `${summary.resent} sent again, ${summary.acknowledged} acknowledged, ${summary.unacknowledged} not acknowledged`,
    `${summary.skippedLines} lines left out, ${summary.repeatedLines} the same as an earlier one`,
  ];
  if (ackMs) {
    lines.push(`publish to PUBACK: ${ackMs.p50.toFixed(1)} ms p50, ${ackMs.p99.toFixed(1)} ms p99`);
  }
  if (summary.refused > 0) lines.push(`${summary.refused} refused by the broker`);
  if (summary.unsent > 0) lines.push(`${summary.unsent} read, but not sent: no connection`);
  if (summary.withoutSubscriber > 0) {
    lines.push(`${summary.withoutSubscriber} reached a broker with no subscriber: is the bridge running?`);
  }
  return lines.join('\n');
}

function clock(ms: number): string {
  const total = Math.round(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

function speed(text: string): number | 'max' {
  const factor = Number(text);
  if (text === 'max') return text;
  if (text.trim() === '' || !(factor > 0) || factor === Infinity) {
    throw new InvalidArgumentError('It must be a number above zero, or max.');
  }
  return factor;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It must be a number of seconds.');
  return value;
}
