import type { ConnectPacer } from './connect-pacer.js';
import type { Connect, Connection } from './mqtt-connection.js';
import type { OutgoingReading } from './outgoing-reading.js';

/** A whole fleet is often cut off at once: its first attempts are spread over this. */
const FIRST_BACKOFF_MS = 2000;
const LONGEST_BACKOFF_MS = 30_000;
/** No PUBACK for so long means that the connection is dead, whatever TCP says. */
const SILENT_AFTER_MS = 30_000;

export interface VehicleClientSettings {
  connect: Connect;
  /** How many readings a vehicle sends ahead of their acknowledgements. */
  window: number;
  pacer: ConnectPacer;
  /** Right before each attempt. */
  onSent(reading: OutgoingReading, topic: string): void;
  /** At each PUBACK, also those of redeliveries. */
  onAcknowledged(reading: OutgoingReading, reasonCode: number): void;
}

/**
 * One vehicle's line to the broker. Readings leave in the order they were given; those not acknowledged when a
 * connection is lost are sent again, in the same order and before any new one, on the next.
 */
export class VehicleClient {
  #connection: Connection | undefined;
  #open = false;
  #wanted = false;
  #window = 0;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #lastOrder = 0;
  #progressAtMs = 0;
  readonly #inFlight = new Set<OutgoingReading>();
  #again: OutgoingReading[] = [];
  #unsent: OutgoingReading[] = [];
  /** Why the last connection ended. */
  lastReason = '';

  constructor(
    readonly vehicleId: string,
    readonly topic: string,
    private readonly settings: VehicleClientSettings,
  ) {}

  get connected(): boolean {
    return this.#open;
  }

  /** Readings neither acknowledged nor given up, sent or not. */
  get outstanding(): number {
    return this.#inFlight.size + this.#again.length + this.#unsent.length;
  }

  /** Readings that were never sent. */
  get waiting(): number {
    return this.#unsent.length;
  }

  /** Connects, and stays connected: a lost connection is made again until `leave` or `end`. */
  join(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.settings.pacer.enter(() => this.#connect());
  }

  /** Drops out without a word. Readings given from now on wait for the next `join`. */
  leave(): void {
    this.#wanted = false;
    clearTimeout(this.#retry);
    this.#cut();
  }

  /** Says goodbye to the broker. */
  end(): void {
    this.#wanted = false;
    clearTimeout(this.#retry);
    this.#connection?.end();
  }

  send(reading: OutgoingReading): void {
    this.#unsent.push(reading);
    this.#pump();
  }

  /** Sends a reading again, as it is. */
  sendAgain(reading: OutgoingReading): void {
    if (this.#inFlight.has(reading) || this.#again.includes(reading)) return;
    this.#again.push(reading);
    this.#pump();
  }

  /** As if the acknowledgement had been lost with the connection. */
  sendAgainOverNewConnection(reading: OutgoingReading): void {
    if (!this.#open) return;
    if (!this.#inFlight.has(reading)) this.#again.push(reading);
    this.#cut();
  }

  /** Of the readings that wait, the newest goes first. */
  putNewestFirst(): void {
    const newest = this.#unsent.pop();
    if (newest) this.#unsent.unshift(newest);
  }

  /** Cuts a connection on which nothing is acknowledged any more. To be called now and then. */
  cutIfSilent(): void {
    const silent = this.#inFlight.size > 0 && performance.now() - this.#progressAtMs > SILENT_AFTER_MS;
    if (this.#open && silent) this.#cut();
  }

  #cut(): void {
    this.#open = false;
    this.#connection?.cut();
  }

  #connect(): void {
    if (!this.#wanted || this.#connection) return;
    this.#connection = this.settings.connect(this.vehicleId, {
      opened: (receiveMaximum) => this.#opened(receiveMaximum),
      closed: (reason) => this.#closed(reason),
    });
  }

  #opened(receiveMaximum: number): void {
    this.#open = true;
    this.#window = Math.min(this.settings.window, receiveMaximum);
    this.#pump();
  }

  #closed(reason: string): void {
    this.#connection = undefined;
    this.#open = false;
    this.lastReason = reason;
    this.#again = [...this.#inFlight, ...this.#again];
    this.#inFlight.clear();
    if (!this.#wanted) return;
    const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failures++);
    // All of it random: with a fixed part, those cut off together would come back together.
    const delay = ceiling * Math.random();
    this.#retry = setTimeout(() => this.settings.pacer.enter(() => this.#connect()), delay);
  }

  #pump(): void {
    while (this.#open && this.#inFlight.size < this.#window) {
      const reading = this.#again.shift() ?? this.#unsent.shift();
      if (!reading) return;
      this.#publish(reading);
    }
  }

  #publish(reading: OutgoingReading): void {
    const connection = this.#connection;
    if (!connection) return;
    if (reading.order === 0) reading.order = ++this.#lastOrder;
    reading.attempt++;
    if (this.#inFlight.size === 0) this.#progressAtMs = performance.now();
    this.#inFlight.add(reading);
    this.settings.onSent(reading, this.topic);
    connection.publish(this.topic, reading.body, reading.encoding, (reasonCode) => {
      // A PUBACK of an earlier connection says nothing about the attempt on this one.
      if (connection !== this.#connection || !this.#inFlight.delete(reading)) return;
      this.#progressAtMs = performance.now();
      // Not at the CONNACK: a broker that takes connections and drops them would be stormed by its whole fleet.
      this.#failures = 0;
      this.settings.onAcknowledged(reading, reasonCode);
      this.#pump();
    });
  }
}
