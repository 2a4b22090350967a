import { setTimeout as pause } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import { backoffMs, type Logger } from '@navora/runtime';
import type { IConnackPacket, IPublishPacket } from 'mqtt-packet';
import type { AckWindow } from './ack-window.js';
import type { Heartbeats } from './heartbeats.js';
import type { Intake } from './intake.js';
import type { BridgeMetrics } from './metrics.js';
import { MqttConnection, type Ending } from './mqtt-connection.js';
import { BrokerDrops } from './broker-drops.js';
import { shortfallsOf } from './mqtt-grants.js';
import type { ConnectionSettings } from './mqtt-packets.js';

export interface SubscriberParts {
  settings: ConnectionSettings;
  openSocket: () => Duplex;
  /** Asked for at each connection. */
  password?: (() => Buffer) | undefined;
  intake: Intake;
  metrics: Pick<
    BridgeMetrics,
    | 'acknowledged'
    | 'reconnects'
    | 'takeOvers'
    | 'grantedLess'
    | 'expiring'
    | 'brokerDropped'
    | 'heartbeatsRefused'
  >;
  log: Logger;
  received: (packet: IPublishPacket, window: AckWindow) => void;
  /** Those of a new connection. */
  heartbeats: () => Pick<Heartbeats, 'next' | 'received'>;
}

const RECONNECT = { firstMs: 100, maxMs: 5000 };
/** Two clients with one client id throw each other out; each stays away longer every time. */
const AFTER_TAKE_OVER = { firstMs: 2000, maxMs: 30_000 };
/** A connection that lasted so long counts as a success: the next pause is short again. */
const STABLE_MS = 60_000;
/** Some brokers say nothing at a take-over: so many short connections in a row, closed by the broker, are taken for it. */
const SUSPICIOUS_HANG_UPS = 3;
/** Vehicles that set a Message Expiry set it on every message; one line a minute tells enough. */
const TELL_OF_EXPIRY_AFTER_MS = 60_000;

/** Keeps the subscription alive: one connection after the other, and one session through all of them. */
export class Subscriber {
  private connection: MqttConnection | undefined;
  private connections = 0;
  private hadSession = false;
  private failures = 0;
  private takeOvers = 0;
  private hangUps = 0;
  private subscribed = false;
  private toldOfExpiryAt = -Infinity;
  private readonly drops: BrokerDrops;
  private readonly stopping = new AbortController();
  /** Where it retires: resolves when the session is over, with nothing left in it. */
  readonly retired: Promise<void>;
  private resolveRetired!: () => void;

  constructor(private readonly parts: SubscriberParts) {
    this.retired = new Promise((resolve) => (this.resolveRetired = resolve));
    this.drops = new BrokerDrops(parts.metrics.brokerDropped, parts.log);
  }

  get isSubscribed(): boolean {
    return this.subscribed;
  }

  /** Messages of the present connection that are not acknowledged. */
  get windowSize(): number {
    return this.connection?.window.size ?? 0;
  }

  /** Returns at once and goes on connecting until it is stopped. */
  start(): void {
    void this.run();
  }

  stopTaking(): void {
    this.stopping.abort();
    this.connection?.stopTaking();
  }

  /** Ends the connection. The broker keeps the session, and in it what is not acknowledged. */
  async stop(): Promise<void> {
    this.stopTaking();
    await this.connection?.disconnect();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      // The broker would deliver again what is still on its way to Kafka: not while that fills the memory.
      await this.parts.intake.room();
      if (this.stopping.signal.aborted) return;
      const since = Date.now();
      const ending = await this.connect();
      if (ending.cause === 'retired') return this.resolveRetired();
      if (this.stopping.signal.aborted) return;
      await pause(this.pauseAfter(ending, Date.now() - since), undefined, {
        signal: this.stopping.signal,
      }).catch(() => undefined);
    }
  }

  private async connect(): Promise<Ending> {
    const { openSocket, password, intake, received, metrics, log } = this.parts;
    const heartbeats = this.parts.heartbeats();
    if (this.connections++ > 0) metrics.reconnects.inc();
    let socket: Duplex;
    let { settings } = this.parts;
    try {
      if (password) settings = { ...settings, password: password() };
      socket = openSocket();
    } catch (error) {
      // A certificate and its key that are just being replaced do not fit for a moment.
      return { cause: 'no-credentials', detail: String(error) };
    }
    this.connection = new MqttConnection(socket, settings, intake, {
      received: (packet, window) => {
        if (packet.properties?.messageExpiryInterval !== undefined) this.noteExpiry(packet);
        received(packet, window);
      },
      heartbeat: () => heartbeats.next(Date.now()),
      heartbeatBack: (packet, window) => heartbeats.received(packet, window),
      heartbeatsRefused: (detail) => {
        metrics.heartbeatsRefused.inc();
        log.error({ detail }, 'mqtt_heartbeats_refused');
      },
      brokerDropped: (messages) => this.drops.told(messages),
      subscribed: (connack, grantedQos) => this.checkGrants(connack, grantedQos),
      acknowledged: (receivedAt) => metrics.acknowledged(Date.now() - receivedAt),
    });
    const ending = await this.connection.ended;
    if (ending.cause === 'hung-up' && this.subscribed) this.hangUps++;
    this.subscribed = false;
    this.connection = undefined;
    return ending;
  }

  private checkGrants(connack: IConnackPacket, grantedQos: number): void {
    const { settings, metrics, log } = this.parts;
    this.subscribed = true;
    if (settings.retires) {
      log.info({ sessionPresent: connack.sessionPresent, filter: settings.filter }, 'mqtt_retiring');
      return;
    }
    const wishes = {
      sessionExpirySeconds: settings.sessionExpirySeconds,
      receiveMaximum: settings.receiveMaximum,
      expectsSession: this.hadSession,
    };
    log.info({ sessionPresent: connack.sessionPresent, filter: settings.filter }, 'mqtt_subscribed');
    for (const shortfall of shortfallsOf(connack, grantedQos, wishes)) {
      metrics.grantedLess.inc({ what: shortfall.what });
      log.error({ ...shortfall }, 'mqtt_broker_grants_less');
    }
    this.hadSession = true;
  }

  /** The promise is kept for what arrives; the broker drops such a message unseen if the bridge is away too long. */
  private noteExpiry({ topic, properties }: IPublishPacket): void {
    const { metrics, log } = this.parts;
    metrics.expiring.inc();
    const now = Date.now();
    if (now - this.toldOfExpiryAt < TELL_OF_EXPIRY_AFTER_MS) return;
    this.toldOfExpiryAt = now;
    log.error({ topic, expirySeconds: properties?.messageExpiryInterval }, 'mqtt_messages_expire');
  }

  private pauseAfter(ending: Ending, lastedMs: number): number {
    if (lastedMs >= STABLE_MS) this.failures = this.takeOvers = this.hangUps = 0;
    if (ending.cause === 'taken-over' || this.hangUps >= SUSPICIOUS_HANG_UPS) {
      return this.pauseAfterTakeOver(ending, lastedMs);
    }
    const pauseMs = Math.round(backoffMs(RECONNECT, this.failures++));
    this.parts.log.warn({ ...ending, lastedMs, pauseMs }, 'mqtt_connection_ended');
    return pauseMs;
  }

  private pauseAfterTakeOver(ending: Ending, lastedMs: number): number {
    const { log, metrics, settings } = this.parts;
    metrics.takeOvers.inc();
    const pauseMs = Math.round(backoffMs(AFTER_TAKE_OVER, this.takeOvers++));
    const fields = { clientId: settings.clientId, ...ending, lastedMs, pauseMs };
    // One take-over is a restart; several are two bridges with one client id.
    const once = this.takeOvers === 1 && ending.cause === 'taken-over';
    if (once) log.warn(fields, 'mqtt_taken_over');
    else log.error(fields, 'mqtt_two_clients_share_our_client_id');
    return pauseMs;
  }
}
