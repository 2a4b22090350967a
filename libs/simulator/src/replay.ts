import { setTimeout as pause } from 'node:timers/promises';
import { TELEMETRY_TOPIC, type Reading } from '@navora/schemas';
import { avroEncoder } from './avro-encoder.js';
import { ConnectPacer } from './connect-pacer.js';
import { History } from './history.js';
import { Ledger } from './ledger.js';
import { connectTo } from './mqtt-connection.js';
import { outgoing } from './outgoing-reading.js';
import { onOneClock, type ReplayOptions } from './replay-options.js';
import type { ReplayStats, ReplaySummary } from './replay-stats.js';
import { SimulatorError } from './simulator-error.js';
import { tripJson } from './trip-reading.js';
import { readTrips } from './trips.js';
import { VehicleClient } from './vehicle-client.js';
import { allAcknowledged, endAll, firstConnected } from './vehicle-clients.js';

/** Unacknowledged readings of one vehicle, and of all: what a fast replay holds in memory. */
const WINDOW = 200;
const WINDOW_OF_ALL = 10_000;
const DEFAULT_GRACE_MS = 30_000;
const CHECK_EVERY_MS = 5_000;
const LONGEST_PAUSE_MS = 1_000;

/** Sends recorded trips, one client per vehicle. */
export class Replay {
  readonly #clients = new Map<string, VehicleClient>();
  readonly #pacer: ConnectPacer;
  readonly #topic: string;
  #ledger = new Ledger();
  #encode: (reading: Reading) => Buffer = tripJson;
  #skipped = 0;
  #repeated = 0;
  #outstanding = 0;
  #total: number | undefined;
  #remainingMs: number | undefined;
  #roomAgain: () => void = () => undefined;

  constructor(private readonly options: ReplayOptions) {
    this.#pacer = new ConnectPacer(options.connectsPerSecond ?? 400);
    this.#topic = options.topicPattern ?? TELEMETRY_TOPIC;
  }

  stats(): ReplayStats {
    const clients = [...this.#clients.values()];
    return {
      ...this.#ledger.counts,
      vehicles: clients.length,
      connected: clients.filter((client) => client.connected).length,
      unacknowledged: this.#ledger.unacknowledged,
      skippedLines: this.#skipped,
      repeatedLines: this.#repeated,
      total: this.#total,
      remainingMs: this.#remainingMs,
    };
  }

  /** @throws SimulatorError with one sentence about what is missing. */
  async run(): Promise<ReplaySummary> {
    const { file, historyFile, encoding, speed = 1 } = this.options;
    if (speed !== 'max' && !(speed > 0)) throw new SimulatorError('The speed must be above zero, or max.');
    const startedMs = performance.now();
    const readings = speed === 'max' ? this.#readings(file) : await this.#paced(file, speed);
    if (encoding === 'avro') this.#encode = await avroEncoder(this.options);
    const head = { at: Date.now(), seed: null, vehicles: null, prefix: null };
    const history = historyFile ? await History.create(historyFile, head) : undefined;
    this.#ledger = new Ledger(history);
    this.options.signal?.addEventListener('abort', () => this.#roomAgain(), { once: true });
    const check = setInterval(() => this.#check(history), CHECK_EVERY_MS);
    try {
      for await (const reading of readings) {
        await this.#send(reading, history);
        if (history?.failure) throw history.failure;
        if (this.options.signal?.aborted) break;
      }
      await this.#settled();
    } finally {
      clearInterval(check);
      this.#pacer.close();
      await endAll([...this.#clients.values()]);
      await history?.close();
    }
    return {
      ...this.stats(),
      unsent: [...this.#clients.values()].reduce((sum, client) => sum + client.waiting, 0),
      resent: this.#ledger.counts.attempts - this.#ledger.counts.sent,
      durationMs: performance.now() - startedMs,
      ackMs: this.#ledger.latencies(),
    };
  }

  async *#readings(file: string): AsyncGenerator<Reading> {
    for await (const trip of readTrips(file)) {
      if ('reading' in trip) yield trip.reading;
      else if ('repeated' in trip) this.#repeated++;
      else {
        this.#skipped++;
        for (const problem of trip.problems) this.options.onProblem?.(`line ${trip.line}: ${problem}`);
      }
      if (this.options.signal?.aborted) return;
    }
  }

  /** All of the file must be read first: its earliest reading may stand anywhere. */
  async #paced(file: string, speed: number): Promise<AsyncGenerator<Reading>> {
    const readings: Reading[] = [];
    for await (const reading of this.#readings(file)) readings.push(reading);
    this.#total = readings.length;
    return this.#atPace(onOneClock(readings), speed);
  }

  async *#atPace(due: { reading: Reading; dueMs: number }[], speed: number): AsyncGenerator<Reading> {
    const { signal } = this.options;
    const lastMs = (due.at(-1)?.dueMs ?? 0) / speed;
    const start = performance.now();
    for (const { reading, dueMs } of due) {
      for (;;) {
        const elapsed = performance.now() - start;
        this.#remainingMs = Math.max(0, lastMs - elapsed);
        const wait = dueMs / speed - elapsed;
        if (wait <= 0) break;
        await pause(Math.min(wait, LONGEST_PAUSE_MS), undefined, signal ? { signal } : {}).catch(
          () => undefined,
        );
        if (signal?.aborted) return;
      }
      yield reading;
    }
  }

  async #send(reading: Reading, history: History | undefined): Promise<void> {
    const client = this.#clients.get(reading.vehicleId) ?? (await this.#newClient(reading.vehicleId));
    while (client.outstanding >= WINDOW || this.#outstanding >= WINDOW_OF_ALL) {
      if (this.options.signal?.aborted || history?.failure) return;
      await new Promise<void>((resolve) => (this.#roomAgain = resolve));
    }
    const { vehicleId, messageId, recordedAt } = reading;
    this.#outstanding++;
    client.send(
      outgoing({
        vehicleId,
        messageId,
        recordedAt,
        madeAt: recordedAt,
        clockSuspect: false,
        encoding: this.options.encoding ?? 'json',
        body: this.#encode(reading),
      }),
    );
  }

  /** The first one also shows whether there is a broker at all. */
  async #newClient(vehicleId: string): Promise<VehicleClient> {
    const client = new VehicleClient(vehicleId, this.#topic.replace('{vehicleId}', vehicleId), {
      connect: connectTo(this.options),
      window: WINDOW,
      pacer: this.#pacer,
      onSent: (sent, topic) => this.#ledger.sent(sent, topic),
      onAcknowledged: (acknowledged, reasonCode) => {
        this.#outstanding--;
        this.#ledger.acknowledged(acknowledged, reasonCode);
        this.#roomAgain();
      },
    });
    const first = this.#clients.size === 0;
    this.#clients.set(vehicleId, client);
    if (first) await firstConnected([client], this.options.mqttUrl);
    else client.join();
    return client;
  }

  async #settled(): Promise<void> {
    await allAcknowledged([...this.#clients.values()], this.options.graceMs ?? DEFAULT_GRACE_MS);
  }

  #check(history: History | undefined): void {
    for (const client of this.#clients.values()) client.cutIfSilent();
    // A replay that waits for room looks again, so that it notices a full disk.
    if (history?.failure) this.#roomAgain();
  }
}
