import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readTlsFiles } from '@navora/runtime';
import type { ISocketFactory } from 'kafkajs';
import { WholeAnswers } from './whole-answers.js';

/** Where Kafka is and, with a CA file, by which certificates one knows the other. */
export interface KafkaAccess {
  kafkaBrokers: string[];
  /** PEM files; without the first, plain text. */
  kafkaCaFile?: string | undefined;
  kafkaCertFile?: string | undefined;
  kafkaKeyFile?: string | undefined;
}

const KEEP_ALIVE_MS = 60_000;

/**
 * Connects like the client itself, with two differences: the files are read anew each time, since certificates are
 * replaced while we run; and the client is given whole answers only. It keeps half an answer when a connection is cut,
 * and takes the beginning of the next connection for the rest of it: from then on it waits for answers that never end,
 * for minutes, over and over.
 */
export function kafkaSockets(access: KafkaAccess): ISocketFactory {
  const { kafkaCaFile: caFile, kafkaCertFile: certFile, kafkaKeyFile: keyFile } = access;
  return ({ host, port, onConnect }) => {
    const socket = caFile === undefined ? connectTcp({ host, port }, onConnect) : secured(caFile);
    return withWholeAnswers(socket.setKeepAlive(true, KEEP_ALIVE_MS));

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

function withWholeAnswers(socket: Socket): Socket {
  const answers = new WholeAnswers();
  const listen = socket.on.bind(socket) as (event: string, listener: (...args: never[]) => void) => Socket;
  const handOn = (listener: (data: Buffer) => void) => (chunk: Buffer) => {
    try {
      const whole = answers.take(chunk);
      if (whole) listener(whole);
    } catch (error) {
      socket.destroy(error as Error);
    }
  };
  socket.on = ((event: string, listener: (...args: never[]) => void) =>
    listen(event, event === 'data' ? handOn(listener as (data: Buffer) => void) : listener)) as Socket['on'];
  return socket;
}
