import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  connect,
  Store,
  type IClientOptions,
  type IClientPublishOptions,
  type MqttClient,
  type Packet,
  type PacketCallback,
} from 'mqtt';
import { CONTENT_TYPE } from '@navora/schemas';
import type { Encoding } from './vehicle-profile.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** What MQTT 5 takes for granted when the broker names no Receive Maximum. */
const DEFAULT_RECEIVE_MAXIMUM = 65_535;

/**
 * Keeps nothing: what is to be resent is the vehicle's business, since each attempt goes into the history
 * before it is made. MQTT.js's own store would resend behind our back.
 */
class NoStore extends Store {
  override put(_packet: Packet, stored: () => void): this {
    stored();
    return this;
  }
  override del(packet: Pick<Packet, 'messageId'>, deleted: PacketCallback): this {
    deleted(undefined, { cmd: 'puback', ...packet });
    return this;
  }
  override close(closed: () => void): void {
    closed();
  }
}
/** Without a state of its own, so one does for all. */
const NO_STORE = new NoStore();

/** One object for all publishes of an encoding; MQTT.js only reads it. */
const PUBLISH_OPTIONS: Record<Encoding, IClientPublishOptions> = {
  json: { qos: 1, properties: { contentType: CONTENT_TYPE.json } },
  avro: { qos: 1, properties: { contentType: CONTENT_TYPE.avro } },
};

export interface ConnectionEvents {
  /** @param receiveMaximum how many publishes the broker takes unacknowledged; MQTT.js does not heed it. */
  opened(receiveMaximum: number): void;
  /** Called once, whoever closed it, also if it never opened. */
  closed(reason: string): void;
}

/** One network connection of one vehicle. */
export interface Connection {
  /** @param acknowledged gets the PUBACK's reason code; it is not called if the connection is lost before. */
  publish(topic: string, body: Buffer, encoding: Encoding, acknowledged: (reasonCode: number) => void): void;
  /** Breaks the connection off like a lost network does: no DISCONNECT, and what was under way may be lost. */
  cut(): void;
  /** Says goodbye first. */
  end(): void;
}

export type Connect = (clientId: string, events: ConnectionEvents) => Connection;

/** What a vehicle shows the broker: PEM. */
export interface VehicleCredentials {
  cert: string;
  key: string;
}

/** Where vehicles connect to, and with what. */
export interface BrokerAccess {
  mqttUrl: string;
  /** User name, password, the authority of the broker's certificate: what all vehicles have in common. */
  mqttOptions?: IClientOptions | undefined;
  /** A certificate of a vehicle's own, asked for at each connection. */
  credentialsOf?: ((vehicleId: string) => Promise<VehicleCredentials>) | undefined;
}

export function connectTo({ mqttUrl, mqttOptions = {}, credentialsOf }: BrokerAccess): Connect {
  if (!credentialsOf) return (clientId, events) => new MqttConnection(mqttUrl, clientId, mqttOptions, events);
  return (clientId, events) =>
    new AwaitedConnection(
      credentialsOf(clientId),
      (credentials) => new MqttConnection(mqttUrl, clientId, { ...mqttOptions, ...credentials }, events),
      events,
    );
}

/** A connection that begins when its credentials are there. */
class AwaitedConnection implements Connection {
  #connection: Connection | undefined;
  #wanted = true;

  constructor(
    credentials: Promise<VehicleCredentials>,
    open: (credentials: VehicleCredentials) => Connection,
    events: ConnectionEvents,
  ) {
    credentials.then(
      (ready) => {
        if (this.#wanted) this.#connection = open(ready);
        else events.closed('the connection was closed');
      },
      (error: Error) => events.closed(reasonOf(error)),
    );
  }

  publish(...message: Parameters<Connection['publish']>): void {
    this.#connection?.publish(...message);
  }

  cut(): void {
    this.#wanted = false;
    this.#connection?.cut();
  }

  end(): void {
    this.#wanted = false;
    this.#connection?.end();
  }
}

/** Never reused: whoever wants another makes another. */
class MqttConnection implements Connection {
  readonly #client: MqttClient;
  #puback = 0;
  #reason = 'the connection was closed';

  constructor(url: string, clientId: string, tls: IClientOptions, events: ConnectionEvents) {
    this.#client = connect(url, {
      ...tls,
      clientId,
      protocolVersion: 5,
      clean: true,
      // No pings of its own: a vehicle sends often, and a silent connection shows in its missing PUBACKs.
      keepalive: 0,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      incomingStore: NO_STORE,
      outgoingStore: NO_STORE,
      resubscribe: false,
      log: () => undefined,
    });
    this.#client.on('connect', (connack) => {
      const { stream } = this.#client;
      if (stream instanceof Socket) stream.setNoDelay(true);
      events.opened(connack.properties?.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM);
    });
    this.#client.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback') this.#puback = packet.reasonCode ?? 0;
      else if (packet.cmd === 'disconnect') this.#reason = `the broker disconnected (${packet.reasonCode})`;
    });
    this.#client.on('error', (error) => {
      this.#reason = reasonOf(error);
    });
    this.#client.once('close', () => events.closed(this.#reason));
  }

  publish(topic: string, body: Buffer, encoding: Encoding, acknowledged: (reasonCode: number) => void): void {
    this.#client.publish(topic, body, PUBLISH_OPTIONS[encoding], (error) => {
      // A PUBACK above 0x80 comes as an error with that code; a lost connection as one without.
      if (!error || 'code' in error) acknowledged(this.#puback);
    });
  }

  cut(): void {
    const { stream } = this.#client;
    // Only TCP itself can be reset.
    if (stream instanceof Socket && !(stream instanceof TLSSocket)) stream.resetAndDestroy();
    else stream.destroy();
  }

  end(): void {
    this.#client.end(false);
  }
}

function reasonOf(error: Error & { code?: string | number }): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  return error.message || String(error.code);
}
