import { avroEncoder, avroEncoders } from './avro-encoder.js';
import { ConnectPacer } from './connect-pacer.js';
import { fleetPlan, type FleetOptions, type FleetPlan } from './fleet-options.js';
import { FleetVehicle } from './fleet-vehicle.js';
import { History } from './history.js';
import type { FleetPhase, FleetStats, FleetSummary, Publication } from './fleet-stats.js';
import { Ledger } from './ledger.js';
import { connectTo } from './mqtt-connection.js';
import type { OutgoingReading } from './outgoing-reading.js';
import type { AvroEncoder } from './reading-body.js';
import { Random } from './random.js';
import { Schedule } from './schedule.js';
import { ScheduleRunner } from './schedule-runner.js';
import { SimulatorError } from './simulator-error.js';
import { allAcknowledged, endAll, firstConnected, joined } from './vehicle-clients.js';

const DEFAULT_GRACE_MS = 30_000;
const CHECK_SILENCE_EVERY_MS = 5_000;
/** How many readings a vehicle sends ahead of their acknowledgements: the burst after a dropout. */
const WINDOW = 50;
/** A reading that leaves later than this after it was made is a late one. */
const LIVE_WITHIN_MS = 1_000;

/**
 * Connects a fleet and lets it send.
 * @returns once the first vehicle is connected; the others follow at the rate of `connectsPerSecond`, and
 * sending begins when all are.
 * @throws SimulatorError with one sentence about what is missing.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const startedAt = Date.now();
  const plan = fleetPlan(options, startedAt);
  const { historyFile, seed, vehicles, prefix } = plan;
  options.signal?.throwIfAborted();
  const encodeAvro = plan.jsonShare < 1 ? await encoderFor(plan) : undefined;
  const history = historyFile
    ? await History.create(historyFile, { at: startedAt, seed, vehicles, prefix })
    : undefined;
  const fleet = new Fleet(plan, history, encodeAvro);
  try {
    await fleet.connect(options.signal);
  } catch (error) {
    await fleet.stop({ graceMs: 0 });
    throw error;
  }
  return fleet;
}

async function encoderFor({ schemas, seed, ...registry }: FleetPlan): Promise<AvroEncoder> {
  if (!schemas) return avroEncoder(registry);
  const encoders = await avroEncoders(registry, schemas);
  const random = new Random(seed, 'schemas');
  return (reading) => random.pick(encoders as [AvroEncoder, ...AvroEncoder[]])(reading);
}

export class Fleet {
  /** Resolves when the duration is over or the fleet is stopped; rejects if the history cannot be written. */
  readonly finished: Promise<void>;
  readonly #vehicles: FleetVehicle[];
  readonly #byId = new Map<string, FleetVehicle>();
  readonly #ledger: Ledger;
  readonly #pacer: ConnectPacer;
  readonly #runner: ScheduleRunner;
  readonly #listeners = new Set<(publication: Publication) => void>();
  readonly #delayed = new Set<NodeJS.Timeout>();
  #housekeeping: NodeJS.Timeout | undefined;
  #phase: FleetPhase = 'connecting';
  #stopping: Promise<FleetSummary> | undefined;
  #finish: (failure?: Error) => void = () => undefined;

  /** Use `startFleet`. */
  constructor(
    private readonly plan: FleetPlan,
    private readonly history: History | undefined,
    encodeAvro: AvroEncoder | undefined,
  ) {
    this.#ledger = new Ledger(history);
    this.#pacer = new ConnectPacer(plan.connectsPerSecond);
    const settings = {
      connect: connectTo(plan),
      window: WINDOW,
      pacer: this.#pacer,
      onSent: (reading: OutgoingReading, topic: string) => this.#sent(reading, topic),
      onAcknowledged: (reading: OutgoingReading, code: number) => this.#acknowledged(reading, code),
    };
    this.#vehicles = Array.from(
      { length: plan.vehicles },
      (_, index) => new FleetVehicle(plan, index, settings, encodeAvro),
    );
    for (const vehicle of this.#vehicles) this.#byId.set(vehicle.client.vehicleId, vehicle);
    const schedule = new Schedule(plan.vehicles, plan.ratePerSecond, plan.seed);
    this.#runner = new ScheduleRunner(schedule, plan.durationMs, {
      due: ({ vehicle, atMs }, madeAt) => this.#vehicles[vehicle]?.report(atMs / 1000, madeAt),
      finished: () => this.#finish(),
    });
    this.finished = new Promise((resolve, reject) => {
      this.#finish = (failure) => (failure ? reject(failure) : resolve());
    });
    this.finished.catch(() => undefined);
  }

  /** Part of `startFleet`. */
  async connect(signal: AbortSignal | undefined): Promise<void> {
    const clients = this.#vehicles.map((vehicle) => vehicle.client);
    await firstConnected(clients, this.plan.mqttUrl, signal);
    signal?.addEventListener('abort', () => void this.stop(), { once: true });
    this.#housekeeping = setInterval(() => this.#keepHouse(), CHECK_SILENCE_EVERY_MS);
    const stopped = () => this.#phase !== 'connecting';
    void joined(clients, this.plan.connectsPerSecond, stopped).then(() => this.#beginSending());
  }

  onPublish(listener: (publication: Publication) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stats(): FleetStats {
    let connected = 0;
    let waiting = 0;
    for (const { client } of this.#vehicles) {
      if (client.connected) connected++;
      waiting += client.waiting;
    }
    return {
      phase: this.#phase,
      vehicles: this.plan.vehicles,
      connected,
      ...this.#ledger.counts,
      unacknowledged: this.#ledger.unacknowledged,
      waiting,
      recentAckMs: this.#ledger.recentLatencies(),
      behindSchedule: this.#runner.behind,
      mostBehindMs: this.#runner.mostBehindMs,
    };
  }

  get prefix(): string {
    return this.plan.prefix;
  }

  /**
   * Makes no new readings, brings back the vehicles that are out, and waits until everything made is
   * acknowledged, at most `graceMs`; then disconnects.
   * @throws SimulatorError if the history is incomplete.
   */
  stop({ graceMs = DEFAULT_GRACE_MS }: { graceMs?: number } = {}): Promise<FleetSummary> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<FleetSummary> {
    this.#phase = 'draining';
    this.#runner.stop();
    this.#finish();
    for (const timer of this.#delayed) clearTimeout(timer);
    const clients = this.#vehicles.map((vehicle) => vehicle.client);
    if (graceMs > 0) {
      for (const vehicle of this.#vehicles) vehicle.comeBack();
      await allAcknowledged(clients, graceMs);
    }
    const { connected } = this.stats();
    clearInterval(this.#housekeeping);
    this.#pacer.close();
    await endAll(clients);
    this.#phase = 'stopped';
    await this.history?.close();
    return {
      ...this.stats(),
      connected,
      prefix: this.plan.prefix,
      seed: this.plan.seed,
      sendingMs: this.#runner.sendingMs,
      resent: this.#ledger.counts.attempts - this.#ledger.counts.sent,
      ackMs: this.#ledger.latencies(),
    };
  }

  #beginSending(): void {
    if (this.#phase !== 'connecting') return;
    this.#phase = 'sending';
    this.#runner.start();
  }

  #keepHouse(): void {
    for (const { client } of this.#vehicles) client.cutIfSilent();
    if (this.history?.failure) this.#finish(new SimulatorError(this.history.failure.message));
  }

  #sent(reading: OutgoingReading, topic: string): void {
    this.#ledger.sent(reading, topic);
    if (reading.attempt > 1 || this.#listeners.size === 0) return;
    const publishedAt = Date.now();
    const live = !reading.clockSuspect && publishedAt - reading.madeAt < LIVE_WITHIN_MS;
    const { vehicleId, messageId, recordedAt } = reading;
    for (const listener of this.#listeners) {
      listener({ vehicleId, messageId, recordedAt, publishedAt, live });
    }
  }

  #acknowledged(reading: OutgoingReading, reasonCode: number): void {
    const first = !reading.acknowledged;
    this.#ledger.acknowledged(reading, reasonCode);
    if (first && this.#phase === 'sending') {
      this.#byId.get(reading.vehicleId)?.redeliver(reading, (delayMs, run) => this.#later(delayMs, run));
    }
  }

  #later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      run();
    }, delayMs);
    this.#delayed.add(timer);
  }
}
