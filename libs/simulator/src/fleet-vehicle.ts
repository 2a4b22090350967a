import { randomUUID } from 'node:crypto';
import { VehicleTroubles } from './imperfections.js';
import { outgoing, type OutgoingReading } from './outgoing-reading.js';
import { jsonBody, readingOf, type AvroEncoder } from './reading-body.js';
import { vehicleIdOf, type Buffered, type FleetPlan } from './fleet-options.js';
import { VehicleClient, type VehicleClientSettings } from './vehicle-client.js';
import { vehicleProfile } from './vehicle-profile.js';
import { Vehicle } from './vehicle.js';

const LONGEST_BUFFERED_STEP_S = 10;

/** A vehicle of the fleet: its physics, its troubles, and its line to the broker. */
export class FleetVehicle {
  readonly client: VehicleClient;
  readonly #vehicle: Vehicle;
  readonly #troubles: VehicleTroubles;
  #sequence = 0;
  #out = false;
  readonly #buffer: Buffered | undefined;

  constructor(
    plan: FleetPlan,
    index: number,
    settings: VehicleClientSettings,
    private readonly encodeAvro: AvroEncoder | undefined,
  ) {
    const { seed, imperfections, jsonShare } = plan;
    const vehicleId = vehicleIdOf(plan, index);
    this.#buffer = plan.buffered;
    this.client = new VehicleClient(vehicleId, plan.topicPattern.replace('{vehicleId}', vehicleId), settings);
    this.#vehicle = new Vehicle(vehicleProfile(seed, index, jsonShare), seed, index, imperfections.incidents);
    this.#troubles = new VehicleTroubles(imperfections, seed, index);
  }

  /** @param timeS seconds since the run began. @param madeAt the same moment in ms since 1970. */
  report(timeS: number, madeAt: number): void {
    if (this.#buffer) return this.client.send(this.#readBuffered(timeS, madeAt, this.#buffer));
    const wasOut = this.#out;
    this.#out = this.#troubles.outAt(timeS);
    this.client.send(this.#read(timeS, madeAt));
    // Cut right after sending, so that nobody knows whether the last reading arrived.
    if (this.#out && !wasOut) this.client.leave();
    if (!this.#out && wasOut) this.#rejoin();
  }

  /** Ends an outage before its time. */
  comeBack(): void {
    if (!this.#out) return;
    this.#out = false;
    this.#rejoin();
  }

  #rejoin(): void {
    if (this.#troubles.newestFirst) this.client.putNewestFirst();
    this.client.join();
  }

  /** Sends a reading again that was just acknowledged, if it is its turn. @param later runs it after a while. */
  redeliver(reading: OutgoingReading, later: (delayMs: number, run: () => void) => void): void {
    const redelivery = this.#troubles.redelivery();
    if (redelivery === 'at-once') this.client.sendAgain(reading);
    else if (redelivery === 'new-connection') this.client.sendAgainOverNewConnection(reading);
    else if (redelivery) later(this.#troubles.redeliveryDelayMs(), () => this.client.sendAgain(reading));
  }

  /** The next of what it recorded while it was away, oldest first. */
  #readBuffered(timeS: number, now: number, { forMs, everyMs }: Buffered): OutgoingReading {
    const beganAt = now - timeS * 1000 - forMs;
    // The curves take wider steps than the clock: computing every second of days is of use to nobody.
    const stepS = Math.min(LONGEST_BUFFERED_STEP_S, everyMs / 1000);
    return this.#read(this.#sequence * stepS, Math.round(beganAt + this.#sequence * everyMs));
  }

  #read(timeS: number, madeAt: number): OutgoingReading {
    const { profile } = this.#vehicle;
    const { vehicleId } = this.client;
    const measured = this.#vehicle.measureAt(timeS);
    const recordedAt = madeAt + this.#troubles.clockSkewMs;
    const messageId = randomUUID();
    const head = { messageId, vehicleId, recordedAt, sequence: ++this.#sequence };
    const body =
      profile.encoding === 'avro' && this.encodeAvro
        ? this.encodeAvro(readingOf(profile, head, measured))
        : jsonBody(profile, head, measured);
    const { clockSuspect } = this.#troubles;
    return outgoing({
      vehicleId,
      messageId,
      recordedAt,
      madeAt,
      clockSuspect,
      encoding: profile.encoding,
      body,
    });
  }
}
