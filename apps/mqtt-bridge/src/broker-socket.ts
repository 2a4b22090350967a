import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { readTlsFiles, type TlsFiles } from '@navora/runtime';

export interface BrokerAddress extends TlsFiles {
  /** `mqtt://host[:port]` or `mqtts://host[:port]` */
  url: string;
}

/**
 * Starts to connect; what is written meanwhile is sent once connected. Files are read each time: certificates end,
 * and are replaced while we run.
 *
 * @throws Error when a file cannot be read, or certificate and key do not belong together.
 */
export function openBrokerSocket({ url, ...files }: BrokerAddress): Duplex {
  const { protocol, hostname, port } = new URL(url);
  // An IPv6 address stands in brackets in a URL, and without them everywhere else.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'mqtts:') {
    // A certificate is chosen by name; an address is none.
    const servername = isIP(host) ? '' : host;
    const to = { host, port: Number(port || 8883), servername, ...readTlsFiles(files) };
    return connectTls(to).setNoDelay(true);
  }
  return connectTcp({ host, port: Number(port || 1883), noDelay: true });
}
