import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

export interface BrokerAddress {
  /** `mqtt://host[:port]` or `mqtts://host[:port]` */
  url: string;
  /** PEM; left out, the well-known authorities count. */
  ca?: Buffer | undefined;
  /** PEM of our own certificate and its key. */
  cert?: Buffer | undefined;
  key?: Buffer | undefined;
}

/** Starts to connect; what is written meanwhile is sent once connected. */
export function openBrokerSocket({ url, ca, cert, key }: BrokerAddress): Duplex {
  const { protocol, hostname, port } = new URL(url);
  // An IPv6 address stands in brackets in a URL, and without them everywhere else.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'mqtts:') {
    // A certificate is chosen by name; an address is none.
    const servername = isIP(host) ? '' : host;
    return connectTls({ host, port: Number(port || 8883), servername, ca, cert, key }).setNoDelay(true);
  }
  return connectTcp({ host, port: Number(port || 1883), noDelay: true });
}
