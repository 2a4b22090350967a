import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readTlsFiles } from '@navora/runtime';
import type { ISocketFactory } from 'kafkajs';

/** Where Kafka is and, with a CA file, by which certificates one knows the other. */
export interface KafkaAccess {
  kafkaBrokers: string[];
  /** PEM files; without the first, plain text. */
  kafkaCaFile?: string | undefined;
  kafkaCertFile?: string | undefined;
  kafkaKeyFile?: string | undefined;
}

const KEEP_ALIVE_MS = 60_000;

/** Connects like the client itself, but reads the files anew each time: certificates are replaced while we run. */
export function kafkaSockets(access: KafkaAccess): ISocketFactory {
  const { kafkaCaFile: caFile, kafkaCertFile: certFile, kafkaKeyFile: keyFile } = access;
  return ({ host, port, onConnect }) => {
    const socket = caFile === undefined ? connectTcp({ host, port }, onConnect) : secured(caFile);
    return socket.setKeepAlive(true, KEEP_ALIVE_MS);

    function secured(caFile: string): Socket {
      // A certificate is chosen by name; an address is none.
      const servername = isIP(host) ? '' : host;
      return connectTls(
        { host, port, servername, ...readTlsFiles({ caFile, certFile, keyFile }) },
        onConnect,
      );
    }
  };
}
