import type { Duplex } from 'node:stream';
import {
  generate,
  parser as createParser,
  type IConnackPacket,
  type IPubackPacket,
  type IPublishPacket,
  type ISubackPacket,
  type IUnsubackPacket,
  type Packet,
} from 'mqtt-packet';
import { AckWindow } from './ack-window.js';
import type { Intake } from './intake.js';
import { Keepalive } from './keepalive.js';
import {
  connectPacket,
  disconnectPacket,
  heartbeatPacket,
  reasonName,
  subscribePacket,
  unsubscribePacket,
  type ConnectionSettings,
} from './mqtt-packets.js';
import { PubackWriter } from './puback-writer.js';

/** Why a connection is over. */
export interface Ending {
  cause:
    | 'closed'
    | 'hung-up'
    | 'refused'
    | 'taken-over'
    | 'sent-away'
    | 'silent'
    | 'too-slow'
    | 'protocol-error'
    | 'disconnected'
    | 'retired'
    | 'no-credentials';
  detail: string;
}

export interface ConnectionListener {
  /** A message; its PUBACK leaves once it is settled in the window. */
  received(packet: IPublishPacket, window: AckWindow): void;
  /** The broker has accepted the connection and the subscription, or its end. Messages may come before. */
  subscribed(connack: IConnackPacket, grantedQos: number): void;
  /** A PUBACK left, of what was received then, ms since 1970. */
  acknowledged(receivedAt: number): void;
  /** What to publish to ourselves now. */
  heartbeat(): string;
  /** It is back, or another's is: its PUBACK leaves once it is settled in the window. */
  heartbeatBack(packet: IPublishPacket, window: AckWindow): void;
  /** The broker does not let us publish to ourselves, or hear of it. */
  heartbeatsRefused(detail: string): void;
  /** The broker's own count of messages it has dropped since its start, for all its clients together. */
  brokerDropped(messages: number): void;
}

const MQTT5 = { protocolVersion: 5 };
const SESSION_TAKEN_OVER = 0x8e;
const FAILURE = 0x80;
/** How long the broker may take to close the connection after our DISCONNECT. */
const LINGER_MS = 1000;

/**
 * One network connection to the broker, from CONNECT to its end. It is used once: what it received is
 * acknowledged on it or, after its end, not at all.
 */
export class MqttConnection {
  readonly window: AckWindow;
  readonly ended: Promise<Ending>;
  private ending: Ending | undefined;
  private resolveEnded!: (ending: Ending) => void;
  private connack: IConnackPacket | undefined;
  private taking = true;
  private readonly pubacks: PubackWriter;
  private readonly keepalive: Keepalive;
  private heartbeats: NodeJS.Timeout | undefined;
  private heartbeatUnderWay = false;
  /** Where we retire: what we send to ourselves behind all there is for us, and its packet id when it is here. */
  private mark: string | undefined;
  private markPacketId: number | undefined;
  private farewell: Ending | undefined;
  private readonly tooSlow: NodeJS.Timeout;
  private readonly parser = createParser(MQTT5);

  constructor(
    private readonly stream: Duplex,
    private readonly settings: ConnectionSettings,
    private readonly intake: Pick<Intake, 'full' | 'room'>,
    private readonly listener: ConnectionListener,
  ) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.pubacks = new PubackWriter(stream);
    this.window = new AckWindow((packetId, receivedAt) => {
      this.pubacks.send(packetId);
      listener.acknowledged(receivedAt);
      if (packetId === this.markPacketId) void this.endSession();
    });
    this.keepalive = new Keepalive(
      () => this.write({ cmd: 'pingreq' }),
      () => this.end('silent', 'the broker did not answer a ping in time'),
      () => !stream.isPaused(),
    );
    this.tooSlow = setTimeout(
      () => this.end('too-slow', `not connected and subscribed within ${settings.establishTimeoutMs} ms`),
      settings.establishTimeoutMs,
    );
    this.parser.on('packet', (packet) => this.handle(packet));
    this.parser.on('error', (error: Error) => this.end('protocol-error', error.message));
    stream.on('data', (chunk: Buffer) => this.read(chunk));
    stream.on('error', (error) => this.end('closed', error.message));
    stream.on('end', () => this.end('hung-up', 'the broker closed the connection without a word'));
    stream.on('close', () => this.end('closed', 'the connection was closed'));
    this.write(connectPacket(settings));
  }

  /** From now on messages are left to the broker, which delivers them again to the next connection. */
  stopTaking(): void {
    this.taking = false;
  }

  /** Says goodbye. The session stays, with what is not acknowledged. */
  disconnect(): Promise<void> {
    return this.leave('stays');
  }

  /** All there was is acknowledged, and nothing more is kept for us. */
  private endSession(): Promise<void> {
    this.farewell = { cause: 'retired', detail: 'the session is over, and nothing is left in it' };
    return this.leave('ends');
  }

  private async leave(session: 'stays' | 'ends'): Promise<void> {
    this.pubacks.flush();
    this.window.close();
    this.write(disconnectPacket(session));
    this.stream.end();
    // Read on until the broker closes: closing first, with bytes unread, would reset the connection, and a reset
    // may overtake the last PUBACKs.
    const linger = setTimeout(() => this.end('disconnected', 'by us'), LINGER_MS);
    await this.ended;
    clearTimeout(linger);
  }

  private read(chunk: Buffer): void {
    this.keepalive.heard();
    this.parser.parse(chunk);
    if (this.intake.full && this.taking) void this.pauseUntilRoom();
  }

  private async pauseUntilRoom(): Promise<void> {
    this.stream.pause();
    await this.intake.room();
    this.keepalive.heard();
    this.stream.resume();
  }

  private handle(packet: Packet): void {
    if (this.ending) return;
    switch (packet.cmd) {
      case 'publish':
        return this.handlePublish(packet);
      case 'pingresp':
        return;
      case 'puback':
        return this.handlePuback(packet);
      case 'connack':
        return this.handleConnack(packet);
      case 'suback':
        return this.handleSuback(packet);
      case 'unsuback':
        return this.handleUnsuback(packet);
      case 'disconnect': {
        const code = packet.reasonCode ?? 0;
        return this.end(code === SESSION_TAKEN_OVER ? 'taken-over' : 'sent-away', reasonName(code));
      }
      default:
        return this.end('protocol-error', `the broker sent ${packet.cmd}`);
    }
  }

  private handlePublish(packet: IPublishPacket): void {
    if (packet.qos === 2 || (packet.qos === 1 && !packet.messageId)) {
      return this.end(
        'protocol-error',
        `the broker sent QoS ${packet.qos} with packet id ${packet.messageId}`,
      );
    }
    if (packet.topic === this.settings.dropsTopic) return this.listener.brokerDropped(Number(packet.payload));
    if (!this.taking) return;
    if (packet.topic !== this.settings.heartbeat?.topic) this.listener.received(packet, this.window);
    else if (this.settings.retires) this.handleMark(packet);
    else this.listener.heartbeatBack(packet, this.window);
  }

  /** Its PUBACK is the last: it leaves when those of all before it have. Those of earlier connections mean nothing. */
  private handleMark({ payload, messageId }: IPublishPacket): void {
    if (messageId === undefined) return;
    if (payload.toString() === this.mark) this.markPacketId = messageId;
    this.window.settle(this.window.receive(messageId));
  }

  private handlePuback({ reasonCode = 0 }: IPubackPacket): void {
    if (!this.heartbeatUnderWay)
      return this.end('protocol-error', 'the broker acknowledged what we did not send');
    this.heartbeatUnderWay = false;
    if (reasonCode >= FAILURE) this.refuseHeartbeats(`PUBLISH was answered with ${reasonName(reasonCode)}`);
  }

  private beat(topic: string): void {
    if (this.heartbeatUnderWay || !this.taking) return;
    this.heartbeatUnderWay = true;
    const heartbeat = this.listener.heartbeat();
    if (this.settings.retires) this.mark = heartbeat;
    this.write(heartbeatPacket(topic, heartbeat));
  }

  /** Readings go on without; but rules about silence raise nothing. */
  private refuseHeartbeats(detail: string): void {
    clearInterval(this.heartbeats);
    // Without it nobody can tell that all is here.
    if (this.settings.retires) return this.end('refused', detail);
    this.listener.heartbeatsRefused(detail);
  }

  private handleConnack(connack: IConnackPacket): void {
    const code = connack.reasonCode ?? connack.returnCode ?? FAILURE;
    if (code !== 0) return this.end('refused', `CONNECT was answered with ${reasonName(code)}`);
    this.connack = connack;
    const asked = this.settings.keepaliveSeconds;
    this.keepalive.start(Math.min(connack.properties?.serverKeepAlive || asked, asked) * 1000);
    if (this.settings.retires) this.write(unsubscribePacket(this.settings));
    this.write(subscribePacket(this.settings));
  }

  private handleUnsuback({ granted = [] }: IUnsubackPacket): void {
    const code = Number([granted].flat()[0] ?? 0);
    if (code >= FAILURE) {
      this.end('refused', `UNSUBSCRIBE ${this.settings.filter} was answered with ${reasonName(code)}`);
    }
  }

  private handleSuback({ granted }: ISubackPacket): void {
    const code = Number(granted[0] ?? FAILURE);
    if (code >= FAILURE || !this.connack) {
      const topic = this.settings.retires ? this.settings.heartbeat?.topic : this.settings.filter;
      return this.end('refused', `SUBSCRIBE ${topic} was answered with ${reasonName(code)}`);
    }
    clearTimeout(this.tooSlow);
    this.listener.subscribed(this.connack, code);
    this.startHeartbeats(Number(granted[this.settings.retires ? 0 : 1] ?? FAILURE));
  }

  private startHeartbeats(grantedQos: number): void {
    const { heartbeat } = this.settings;
    if (!heartbeat) return;
    // With less than QoS 1 it would overtake what the broker has queued for us, and say what is not true.
    if (grantedQos !== 1)
      return this.refuseHeartbeats(
        `SUBSCRIBE ${heartbeat.topic} was answered with ${reasonName(grantedQos)}`,
      );
    this.beat(heartbeat.topic);
    if (this.settings.retires) return;
    this.heartbeats = setInterval(() => this.beat(heartbeat.topic), heartbeat.everyMs);
  }

  private write(packet: Packet): void {
    if (this.stream.writable) this.stream.write(generate(packet, MQTT5));
  }

  private end(cause: Ending['cause'], detail: string): void {
    if (this.ending) return;
    this.ending = this.farewell ?? { cause, detail };
    this.window.close();
    this.keepalive.stop();
    clearInterval(this.heartbeats);
    clearTimeout(this.tooSlow);
    this.stream.destroy();
    this.resolveEnded(this.ending);
  }
}
