import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger } from '@navora/runtime';
import type { RevocationLists } from './revocation-lists.js';

/** What a broker must do for a list to be in force. */
export interface Broker {
  /** Reads the file of revoked certificates again: from then on it takes none of them. */
  reload(): Promise<void>;
  /** Closes the connection that a vehicle has, with whatever certificate it was made. */
  disconnect(vehicleId: string): Promise<void>;
}

export interface WatchSettings {
  /** Fingerprint of the authority whose certificates the broker takes. */
  authority: string;
  /** Where the broker reads the list. */
  file: string;
}

/** What is in force, kept beside the list: a watch that was killed half-way finishes what it had begun. */
interface InForce {
  number: number;
  serials: string[];
}

/**
 * Keeps a broker's list of revoked certificates at the newest. TLS asks for it at a handshake only, so those who are
 * connected with a certificate that is newly on it are disconnected.
 */
export class RevocationWatch {
  private problem: string | undefined;

  constructor(
    private readonly lists: Pick<RevocationLists, 'newest'>,
    private readonly broker: Broker,
    private readonly settings: WatchSettings,
    private readonly log: Logger,
  ) {}

  /** Looks every so often until it is stopped. What fails is tried again at the next look. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look();
        this.problem = undefined;
      } catch (error) {
        this.problem = `the newest list of revoked certificates may not be in force: ${errorFields(error).error}`;
        this.log.error(errorFields(error), 'revocations_not_in_force');
      }
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  notReadyBecause(): string[] {
    return this.problem === undefined ? [] : [this.problem];
  }

  /** Its number; 0 before the first. */
  get listInForce(): number {
    return this.inForce().number;
  }

  /** @returns the number of the list that is in force; 0 before the first. */
  async look(): Promise<number> {
    const { authority, file } = this.settings;
    const before = this.inForce();
    const newest = await this.lists.newest(authority);
    if (!newest || newest.number === before.number) return before.number;
    replaceFile(file, newest.list);
    await this.broker.reload();
    const known = new Set(before.serials);
    const vehicles = new Set<string>();
    for (const [serial, vehicleId] of newest.serials) if (!known.has(serial)) vehicles.add(vehicleId);
    for (const vehicleId of vehicles) await this.broker.disconnect(vehicleId);
    const { number } = newest;
    replaceFile(this.markFile, JSON.stringify({ number, serials: [...newest.serials.keys()] }));
    this.log.info(
      { number, revoked: newest.serials.size, disconnected: vehicles.size },
      'revocations_in_force',
    );
    return number;
  }

  private inForce(): InForce {
    if (!existsSync(this.markFile)) return { number: 0, serials: [] };
    return JSON.parse(readFileSync(this.markFile, 'utf8')) as InForce;
  }

  private get markFile(): string {
    return `${this.settings.file}.in-force`;
  }
}

/** By renaming, so that a broker never reads half of it. */
function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
