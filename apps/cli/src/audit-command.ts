import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { audit, AuditError, type AuditOptions, renderReport } from '@navora/auditor';
import { cassandraSettings, kafkaSettings, readConfiguration } from '@navora/runtime';
import { Command, InvalidArgumentError } from 'commander';
import { ownEnvironment } from './cli-config.js';
import { AuditProgress } from './audit-progress.js';
import { servicesToAudit } from './services-to-audit.js';
import { parseTime } from './time-argument.js';
import { stackEnvFile, stackFolder, workspaceRoot } from './workspace.js';

interface AuditFlags {
  history?: string[];
  rules: string;
  wait: number;
  json?: boolean;
  fullScan?: boolean;
  stack: string;
  kafka?: string[];
  cassandra?: string[];
  cassandraPort?: number;
  dataCenter?: string;
  keyspace?: string;
  registry?: string;
  readingsTopic?: string;
  signalsTopic?: string;
  deadLettersTopic?: string;
  processorGroup?: string;
  alertsGroup?: string;
  mqttTopic?: string;
  retentionDays?: number;
  from?: number;
  to?: number;
  faults?: string;
  received?: string[];
  allowResets?: boolean;
}

const MORE = `
It may be run while everything goes on: what came before its start is judged. The last line is "held", or
"broken: " and the invariants with their checks; the exit code is 0 if all held, 1 if one is broken, 2 if it could
not be found out. What it reads, how it judges and what it cannot know: docs/auditing.md

  navora audit                                    the newest history of the local stack
  navora audit --history run.jsonl --from -10m    what was sent in the last ten minutes
  navora audit --faults drill.jsonl --json        with the faults around each first witness, for a program
`;

/** `navora audit`: exit code 0 if every promise was kept, 1 if one is broken, 2 if it could not be found out. */
export function auditCommand(): Command {
  return new Command('audit')
    .description("check what became of every reading, against the sender's history")
    .option('--history <file...>', 'what was sent (default: the newest history of the local stack)')
    .option('--rules <file>', 'the rules readings are judged by', join(workspaceRoot, 'config/rules.yaml'))
    .option(
      '--wait <duration>',
      'how long the services may stand still while they are behind; 0s checks what holds at any instant',
      seconds,
      60,
    )
    .option(
      '--from <time>',
      'judge what was sent from then on: 2026-11-22T08:00:00Z, ms since 1970, or -10m',
      moment,
    )
    .option('--to <time>', 'and until then', moment)
    .option('--faults <file>', 'what was done to the system, to be named beside what broke')
    .option('--received <file...>', 'what a tap between MQTT broker and bridge saw, to tell whose loss it is')
    .option('--allow-resets', 'committed offsets were set back on purpose')
    .option('--json', 'print the report as JSON')
    .option('--full-scan', 'read the whole readings table (default: up to 300,000 records in Kafka)')
    .option('--no-full-scan', 'read only the partitions where the rows belong')
    .option('--stack <name>', 'the local stack to ask, unless NAVORA_* variables say otherwise', 'default')
    .option('--kafka <brokers>', 'host:port, separated by commas', list)
    .option('--cassandra <hosts>', 'contact points, separated by commas', list)
    .option('--cassandra-port <port>', 'of the contact points that name none', wholeNumber)
    .option('--data-center <name>', 'the local data center of Cassandra')
    .option('--keyspace <name>', 'the keyspace (default: navora)')
    .option('--registry <url>', 'the schema registry')
    .option('--readings-topic <name>')
    .option('--signals-topic <name>')
    .option('--dead-letters-topic <name>')
    .option('--processor-group <name>', "the processor's consumer group (default: navora-processor)")
    .option('--alerts-group <name>', "the alerts app's consumer group (default: navora-alerts)")
    .option('--mqtt-topic <pattern>', 'MQTT topic, with {vehicleId} in it')
    .option('--retention-days <days>', 'how long readings are kept (default: 365)', wholeNumber)
    .addHelpText('after', MORE)
    .action(async (flags: AuditFlags) => {
      process.exitCode = await runAudit(flags);
    });
}

async function runAudit(flags: AuditFlags): Promise<number> {
  const progress = new AuditProgress(process.stderr);
  try {
    const report = await audit({ ...optionsFrom(flags), onProgress: (what) => progress.show(what) });
    progress.end();
    console.log(flags.json ? JSON.stringify(report, undefined, 2) : renderReport(report));
    return report.held ? 0 : 1;
  } catch (error) {
    progress.end();
    if (!(error instanceof AuditError)) throw error;
    console.error(`The audit could not be made: ${error.message}`);
    return 2;
  }
}

function optionsFrom(flags: AuditFlags): AuditOptions {
  const known = { ...stackVariables(flags.stack), ...ownEnvironment() };
  const { credentials } = servicesToAudit(
    readConfiguration({ ...kafkaSettings, ...cassandraSettings }, known, 'operator'),
  );
  const needed = (flag: string, variable: string, given: string | undefined) => {
    const value = given ?? known[variable];
    if (value) return value;
    throw new AuditError(
      `start the local stack (navora stack up), set ${variable}, or give ${flag}: neither is known`,
    );
  };
  const port = flags.cassandraPort ?? Number(known['NAVORA_CASSANDRA_PORT'] ?? 9042);
  const { processorGroup, alertsGroup, retentionDays, fullScan, mqttTopic } = flags;
  return {
    historyFiles: flags.history ?? [newestHistory(flags.stack)],
    rulesFile: flags.rules,
    kafkaBrokers: flags.kafka ?? list(needed('--kafka', 'NAVORA_KAFKA_BROKERS', undefined)),
    registryUrl: needed('--registry', 'NAVORA_REGISTRY_URL', flags.registry),
    cassandra: {
      contactPoints:
        flags.cassandra ?? list(needed('--cassandra', 'NAVORA_CASSANDRA_CONTACT_POINTS', undefined)),
      port,
      dataCenter: needed('--data-center', 'NAVORA_CASSANDRA_DATA_CENTER', flags.dataCenter),
      keyspace: flags.keyspace ?? known['NAVORA_CASSANDRA_KEYSPACE'] ?? 'navora',
    },
    credentials,
    topics: given({
      readings: flags.readingsTopic,
      signals: flags.signalsTopic,
      deadLetters: flags.deadLettersTopic,
    }),
    ...given({ processorGroup, alertsGroup, retentionDays, fullScan, mqttTopicPattern: mqttTopic }),
    ...given({ faultsFile: flags.faults, receivedFiles: flags.received, allowResets: flags.allowResets }),
    range: given({ from: flags.from, to: flags.to }),
    waitForQuietSeconds: flags.wait,
  };
}

/** Options left out must be absent, not undefined, for their defaults to hold. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function stackVariables(stack: string): Record<string, string | undefined> {
  const file = stackEnvFile(stack);
  return file === undefined ? {} : parseEnv(readFileSync(file, 'utf8'));
}

function newestHistory(stack: string): string {
  const folder = join(stackFolder(stack), 'history');
  const [newest] = historiesIn(folder).sort((one, other) => other.changedAt - one.changedAt);
  if (newest) return newest.file;
  throw new AuditError(`there is no history in ${folder}: name one with --history`);
}

function historiesIn(folder: string): { file: string; changedAt: number }[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name))
      .map((file) => ({ file, changedAt: statSync(file).mtimeMs }));
  } catch {
    return [];
  }
}

function list(text: string): string[] {
  return text.split(',').map((one) => one.trim());
}

function seconds(text: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m)?$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Write it like 90s or 5m.');
  return Number(count) * (unit === 'm' ? 60 : 1);
}

/** Also how long ago with a minus before it, as it is said on the way back in time. */
function moment(text: string): number {
  return parseTime(text.replace(/^-(?=\d)/, ''));
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
