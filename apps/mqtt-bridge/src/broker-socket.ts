import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

export interface BrokerAddress {
  /** `mqtt://host[:port]` or `mqtts://host[:port]` */
  url: string;
  /** PEM file; left out, the well-known authorities count. */
  caFile?: string | undefined;
  /** PEM files of our own certificate and its key. */
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

/**
 * Starts to connect; what is written meanwhile is sent once connected. Files are read each time: certificates end,
 * and are replaced while we run.
 *
 * @throws Error when a file cannot be read, or certificate and key do not belong together.
 */
export function openBrokerSocket({ url, caFile, certFile, keyFile }: BrokerAddress): Duplex {
  const { protocol, hostname, port } = new URL(url);
  // An IPv6 address stands in brackets in a URL, and without them everywhere else.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'mqtts:') {
    // A certificate is chosen by name; an address is none.
    const servername = isIP(host) ? '' : host;
    const [ca, cert, key] = [caFile, certFile, keyFile].map((file) =>
      file === undefined ? undefined : readFileSync(file),
    );
    const minVersion = 'TLSv1.2';
    return connectTls({ host, port: Number(port || 8883), servername, ca, cert, key, minVersion }).setNoDelay(
      true,
    );
  }
  return connectTcp({ host, port: Number(port || 1883), noDelay: true });
}
