import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** PEM: whom to trust, and who we are. */
export interface TlsCredentials {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/**
 * Connects as an MQTT 5 client and rejects unless the broker accepts. By hand, since a whole client is a lot for one
 * packet: CONNECT with clean start, 10 s keep alive, no properties and an empty client id, answered by CONNACK 0x20
 * with reason code 0 (MQTT 5.0, sections 3.1 and 3.2).
 */
export function mqttAnswers(
  host: string,
  port: number,
  { tls, timeoutMs = 2_000 }: { tls?: TlsCredentials; timeoutMs?: number } = {},
): Promise<void> {
  const connectPacket = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 0x02, 0, 10, 0, 0, 0]);
  const disconnectPacket = Buffer.from([0xe0, 0]);
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, ...tls }) : connect({ host, port });
    const timer = setTimeout(() => fail(new Error('no answer to CONNECT')), timeoutMs);
    let received = Buffer.alloc(0);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(connectPacket));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('connection closed')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      // The remaining length of a CONNACK this small takes one byte: type, length, flags, reason.
      if (received[0] !== 0x20 || received[3] !== 0)
        return fail(new Error(`refused with 0x${received[3]?.toString(16)}`));
      clearTimeout(timer);
      socket.end(disconnectPacket);
      resolve();
    });
  });
}
