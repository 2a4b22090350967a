import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { errorFields, type Logger, retryForever } from '@navora/runtime';
import { logLine } from './broker-log.js';
import type { ConnectionMetrics } from './connection-metrics.js';
import type { ConnectionStore, RecordedChange } from './connection-store.js';
import { Connections, type Happening, isConnectionChange } from './connections.js';
import { LogFollower, type LogPart, type LogPlace } from './log-follower.js';
import { RecordingLimit } from './recording-limit.js';

export interface ConnectionWatchSettings {
  /** Which broker it is, among several. */
  broker: string;
  /** The file that the broker writes its log to. */
  log: string;
  /** The port that vehicles come in by, as the log names it. */
  vehiclesListener: number;
  keepDays: number;
  /** How often to look for new lines. */
  everyMs?: number;
}

/** Where recording goes on after a restart, and who was connected there. */
interface Mark {
  place?: LogPlace;
  online: string[];
}

const TELL_EVERY_MS = 60_000;
/** Where nothing is to be recorded, reading it again only counts again what came since. */
const SAVE_EVERY_MS = 5_000;

/**
 * Follows a broker's log twice: one reader counts, and is never held up; the other records, waits for the store for as
 * long as that takes, and remembers its place. So nothing is kept in memory but who is connected, and a crash records
 * again what was recorded already, as the same rows.
 */
export class ConnectionWatch {
  private notRead: string | undefined;
  private notRecorded: string | undefined;
  private readonly mark: Mark;

  constructor(
    private readonly store: Pick<ConnectionStore, 'record'>,
    private readonly settings: ConnectionWatchSettings,
    private readonly metrics: ConnectionMetrics,
    private readonly log: Logger,
  ) {
    this.mark = existsSync(this.markFile)
      ? (JSON.parse(readFileSync(this.markFile, 'utf8')) as Mark)
      : { online: [] };
  }

  notReadyBecause(): string[] {
    return [this.notRead, this.notRecorded].filter((problem) => problem !== undefined);
  }

  /** Until it is stopped. */
  async run(signal: AbortSignal): Promise<void> {
    const { log: file, broker } = this.settings;
    this.log.info({ file, broker, online: this.mark.online.length }, 'broker_log_followed');
    await Promise.all([this.count(signal), this.record(signal)]);
  }

  private async count(signal: AbortSignal): Promise<void> {
    const { connections, follower } = this.reader();
    this.metrics.connected.set(connections.online.size);
    const tally = new Map<string, number>();
    let toldAt = Date.now();
    await this.follow(follower, signal, (part) => {
      for (const happening of happeningsOf(part, connections)) {
        this.metrics.count(happening);
        this.tellOf(happening);
        note(tally, happening);
      }
      this.metrics.connected.set(connections.online.size);
      if (Date.now() - toldAt < TELL_EVERY_MS || tally.size === 0) return;
      toldAt = Date.now();
      this.log.info({ connected: connections.online.size, ...Object.fromEntries(tally) }, 'connections');
      tally.clear();
    });
  }

  private async record(signal: AbortSignal): Promise<void> {
    const { connections, follower } = this.reader();
    const limit = new RecordingLimit();
    let savedAt = Date.now();
    await this.follow(follower, signal, async (part) => {
      const changes = this.changesOf(part, connections).filter((change) => {
        const outcome = limit.offer(change.vehicleId, change.at);
        if (outcome === 'recorded') return true;
        this.metrics.unrecorded.inc();
        if (outcome === 'first-left-out')
          this.log.warn({ vehicleId: change.vehicleId }, 'vehicle_comes_and_goes');
        return false;
      });
      if (changes.length > 0) await this.storeForSure(changes, signal);
      this.metrics.behind.set(follower.behind);
      if (changes.length === 0 && Date.now() - savedAt < SAVE_EVERY_MS) return;
      savedAt = Date.now();
      this.saveMark({ place: part.place, online: [...connections.online] });
    });
  }

  private reader(): { connections: Connections; follower: LogFollower } {
    const { log, vehiclesListener } = this.settings;
    const { online, place } = this.mark;
    return {
      connections: new Connections(vehiclesListener, online),
      follower: new LogFollower(log, place),
    };
  }

  private async follow(
    follower: LogFollower,
    signal: AbortSignal,
    take: (part: LogPart) => void | Promise<void>,
  ): Promise<void> {
    try {
      while (!signal.aborted) {
        const part = this.nextPart(follower);
        if (follower.lostTheThread) this.log.warn({ file: this.settings.log }, 'broker_log_has_a_gap');
        follower.lostTheThread = false;
        if (part) await take(part);
        // Others have a turn between two parts.
        await pause(part ? 0 : (this.settings.everyMs ?? 1000), undefined, { signal }).catch(() => undefined);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      follower.close();
    }
  }

  /** A log that may not be read is no reason to end what else runs beside the broker. */
  private nextPart(follower: LogFollower): LogPart | undefined {
    const { log: file } = this.settings;
    let part: LogPart | undefined;
    let problem: string | undefined;
    try {
      part = follower.read();
      if (!follower.isThere) problem = `there is no log of the broker at ${file}`;
    } catch (error) {
      problem = `the broker's log cannot be read: ${errorFields(error).error}`;
      follower.close();
    }
    if (problem !== undefined && problem !== this.notRead)
      this.log.error({ file, error: problem }, 'broker_log_not_read');
    this.notRead = problem;
    return part;
  }

  private async storeForSure(changes: RecordedChange[], signal: AbortSignal): Promise<void> {
    const { keepDays } = this.settings;
    await retryForever(() => this.store.record(changes, keepDays), {
      ...{ firstMs: 200, maxMs: 10_000, signal },
      onRetry: (error, attempt) => {
        this.notRecorded = `connections are counted, but not recorded: ${errorFields(error).error}`;
        this.log.error(
          { ...errorFields(error), attempt, changes: changes.length },
          'connections_not_recorded',
        );
      },
    });
    this.notRecorded = undefined;
  }

  private changesOf(part: LogPart, connections: Connections): RecordedChange[] {
    const { broker } = this.settings;
    return part.lines.flatMap(({ text, offset }) =>
      happeningsIn(text, connections)
        .filter(isConnectionChange)
        // What one line tells of a vehicle, twice for a take-over, in its order.
        .map((change, index) => ({ ...change, broker, place: offset + index })),
    );
  }

  private tellOf(happening: Happening): void {
    if (happening.change === 'broker-stopped')
      this.log.warn({ at: happening.at, vehicles: happening.vehicles }, 'broker_stopped_all_offline');
    else if (happening.change === 'taken-over')
      this.log.info({ vehicleId: happening.vehicleId, reason: happening.reason }, 'vehicle_taken_over');
  }

  /** A disk that is full ends nothing: after a restart more is read again. */
  private saveMark(mark: Mark): void {
    try {
      writeFileSync(`${this.markFile}.new`, JSON.stringify(mark));
      renameSync(`${this.markFile}.new`, this.markFile);
    } catch (error) {
      this.log.error({ file: this.markFile, ...errorFields(error) }, 'place_in_broker_log_not_saved');
    }
  }

  private get markFile(): string {
    return `${this.settings.log}.recorded`;
  }
}

function happeningsOf(part: LogPart, connections: Connections): Happening[] {
  return part.lines.flatMap(({ text }) => happeningsIn(text, connections));
}

function happeningsIn(text: string, connections: Connections): Happening[] {
  const line = logLine(text);
  return line ? connections.take(line) : [];
}

function note(tally: Map<string, number>, happening: Happening): void {
  const { change } = happening;
  const name = 'reason' in happening ? `${change} (${happening.reason})` : change;
  tally.set(name, (tally.get(name) ?? 0) + 1);
}
