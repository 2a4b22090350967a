import type { Span } from './evidence.js';

export interface AuditOptions {
  readonly historyFiles: readonly string[];
  readonly rulesFile: string;
  readonly kafkaBrokers: readonly string[];
  readonly cassandra: {
    readonly contactPoints: readonly string[];
    readonly port: number;
    readonly dataCenter: string;
    readonly keyspace: string;
  };
  readonly registryUrl: string;
  /** As whom to ask; left out, as nobody in particular, and in plain text. */
  readonly credentials?: AuditCredentials;
  readonly topics?: Partial<Topics>;
  readonly processorGroup?: string;
  readonly alertsGroup?: string;
  /** With `{vehicleId}` in it. */
  readonly mqttTopicPattern?: string;
  readonly clockSuspectMs?: number;
  readonly retentionDays?: number;
  /** How long the consumers may stand still while they are behind; 0 takes things as they stand. */
  readonly waitForQuietSeconds?: number;
  /** Read the whole readings table, to find rows that stand where none should. By default when it is small. */
  readonly fullScan?: boolean;
  /** ms since 1970: readings sent within are judged; by default all. */
  readonly range?: Partial<Span>;
  /** JSON lines of what was done to the system; see docs/auditing.md. */
  readonly faultsFile?: string;
  /** What a tap between broker and bridge saw; see docs/auditing.md. */
  readonly receivedFiles?: readonly string[];
  /** Committed offsets were set back on purpose. */
  readonly allowResets?: boolean;
  /** How many parts the vehicles are judged in; by default as many as keep memory small. */
  readonly slices?: number;
  readonly onProgress?: (what: string) => void;
}

/** Of somebody who may read everything. */
export interface AuditCredentials {
  readonly kafka?: CredentialFiles;
  readonly cassandra?: CredentialFiles & Login & { readonly serverName?: string | undefined };
  readonly registry?: Pick<CredentialFiles, 'caFile'> & Login;
}

/** PEM files; with the first TLS, without it plain text. */
export interface CredentialFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface Login {
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
}

export interface Topics {
  readonly readings: string;
  readonly signals: string;
  readonly deadLetters: string;
}

export type CompleteOptions = Required<
  Omit<AuditOptions, 'fullScan' | 'topics' | 'range' | 'faultsFile' | 'slices'>
> & {
  readonly topics: Topics;
  readonly range: Span;
  readonly fullScan?: boolean;
  readonly faultsFile?: string;
  readonly slices?: number;
};

export function completeOptions(options: AuditOptions): CompleteOptions {
  return {
    processorGroup: 'navora-processor',
    alertsGroup: 'navora-alerts',
    mqttTopicPattern: 'vehicles/{vehicleId}/telemetry',
    clockSuspectMs: 120_000,
    retentionDays: 365,
    waitForQuietSeconds: 0,
    receivedFiles: [],
    allowResets: false,
    credentials: {},
    onProgress: () => undefined,
    ...options,
    range: { from: -Infinity, to: Infinity, ...options.range },
    topics: {
      readings: 'telemetry.readings.v1',
      signals: 'telemetry.signals.v1',
      deadLetters: 'telemetry.dead-letters.v1',
      ...options.topics,
    },
  };
}
