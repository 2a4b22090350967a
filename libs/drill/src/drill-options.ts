import type { StackEndpoints } from '@navora/local-stack';
import type { SourceOf } from './service-programs.js';

export interface DrillOptions {
  workspaceRoot: string;
  /** A running stack, which the drill breaks and heals. */
  stack: StackEndpoints;
  /** Of this process: services get it, too. */
  environment: Record<string, string | undefined>;
  keyspace: string;
  rulesFile: string;
  /** Where history, fault log and the services' logs go. */
  folder: string;
  seed: number;
  durationMs: number;
  ratePerSecond: number;
  vehicles: number;
  /** Codes of the faults; all that may be chosen at random, without it. */
  only?: string[] | undefined;
  /** Exactly so many faults, evenly spread over the time. */
  count?: number | undefined;
  /** The command that runs the same drill again. */
  replay: string;
  /** Makes topics, schemas and tables. */
  migrate(environment: Record<string, string>): Promise<void>;
  /** The source of a service's file as it is to be run, for whoever drills a variant; undefined leaves it as it is. */
  sourceOf?: SourceOf | undefined;
  /** Aborting heals what is broken and stops what was started. */
  signal: AbortSignal;
  /** Something happened. */
  tell(line: string): void;
  /** How things stand, about once a second. */
  show(line: string): void;
}
