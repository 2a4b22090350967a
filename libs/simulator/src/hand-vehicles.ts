import type { Encoding } from './vehicle-profile.js';
import { ConnectPacer } from './connect-pacer.js';
import { TELEMETRY_TOPIC } from '@navora/schemas';
import { History } from './history.js';
import { Ledger } from './ledger.js';
import { connectTo } from './mqtt-connection.js';
import { outgoing } from './outgoing-reading.js';
import { VehicleClient } from './vehicle-client.js';
import { allAcknowledged, endAll } from './vehicle-clients.js';

/** A message written by hand, good or bad. */
export interface Handmade {
  vehicleId: string;
  messageId: string;
  /** ms since 1970, as the body says, if it says anything. */
  recordedAt: number;
  encoding: Encoding;
  body: Buffer;
}

const CONNECTS_PER_SECOND = 200;
const WINDOW = 50;

/**
 * Vehicles that send what they are given, whatever it is, in a history of their own. Like those of the fleet
 * they send again what was not acknowledged when a connection was lost.
 */
export class HandVehicles {
  readonly #clients = new Map<string, VehicleClient>();
  readonly #pacer = new ConnectPacer(CONNECTS_PER_SECOND);
  readonly #ledger: Ledger;
  readonly #housekeeping: NodeJS.Timeout;

  private constructor(
    private readonly mqttUrl: string,
    private readonly history: History,
  ) {
    this.#ledger = new Ledger(history);
    this.#housekeeping = setInterval(() => {
      for (const client of this.#clients.values()) client.cutIfSilent();
    }, 5000);
  }

  /** @throws SimulatorError if the history cannot be written. */
  static async create(mqttUrl: string, historyFile: string): Promise<HandVehicles> {
    const head = { at: Date.now(), seed: null, vehicles: null, prefix: null };
    return new HandVehicles(mqttUrl, await History.create(historyFile, head));
  }

  send({ vehicleId, messageId, recordedAt, encoding, body }: Handmade): void {
    const madeAt = Date.now();
    this.#clientOf(vehicleId).send(
      outgoing({ vehicleId, messageId, recordedAt, madeAt, clockSuspect: false, encoding, body }),
    );
  }

  get sent(): number {
    return this.#ledger.counts.sent;
  }

  /** @returns whether all was acknowledged in time. */
  async end(graceMs: number): Promise<boolean> {
    const clients = [...this.#clients.values()];
    const all = await allAcknowledged(clients, graceMs);
    clearInterval(this.#housekeeping);
    this.#pacer.close();
    await endAll(clients);
    await this.history.close();
    return all;
  }

  #clientOf(vehicleId: string): VehicleClient {
    const known = this.#clients.get(vehicleId);
    if (known) return known;
    const client = new VehicleClient(vehicleId, TELEMETRY_TOPIC.replace('{vehicleId}', vehicleId), {
      connect: connectTo({ mqttUrl: this.mqttUrl }),
      window: WINDOW,
      pacer: this.#pacer,
      onSent: (reading, topic) => this.#ledger.sent(reading, topic),
      onAcknowledged: (reading, code) => this.#ledger.acknowledged(reading, code),
    });
    this.#clients.set(vehicleId, client);
    client.join();
    return client;
  }
}
