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
 * A machine that is gone without a word leaves a connection that looks alive, and what is asked over it is sent again
 * and again, by the client and by the system, for a quarter of an hour. Above the minute that joining a group may take.
 */
const ANSWERED_WITHIN_MS = 75_000;

/**
 * Connects like the client itself, and mends what would make it stand still:
 *
 * - The files are read anew each time: certificates are replaced while we run.
 * - It is given whole answers only. When a connection is cut it keeps half an answer, takes the beginning of the next
 *   connection for the rest of it, and from then on waits for answers that never end, for minutes, over and over.
 * - A connection over which nothing comes any more is ended, and so made anew.
 */
export function kafkaSockets(access: KafkaAccess, answeredWithinMs = ANSWERED_WITHIN_MS): ISocketFactory {
  const { kafkaCaFile: caFile, kafkaCertFile: certFile, kafkaKeyFile: keyFile } = access;
  return ({ host, port, onConnect }) => {
    const socket = caFile === undefined ? connectTcp({ host, port }, onConnect) : secured(caFile);
    return answered(socket.setKeepAlive(true, KEEP_ALIVE_MS), answeredWithinMs);

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

/** The socket, as the client may trust it: whole answers, or an end. */
function answered(socket: Socket, answeredWithinMs: number): Socket {
  const answers = new WholeAnswers();
  const patience = new Patience(answeredWithinMs, () =>
    socket.destroy(new Error(`no answer within ${answeredWithinMs / 1000} s`)),
  );
  const handOn = (listener: (data: Buffer) => void) => (chunk: Buffer) => {
    patience.end();
    try {
      const whole = answers.take(chunk);
      if (whole) listener(whole);
    } catch (error) {
      socket.destroy(error as Error);
    }
  };
  const on = socket.on.bind(socket) as (event: string, listener: Listener) => Socket;
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.on('close', () => patience.end());
  return Object.assign(socket, {
    on: (event: string, listener: Listener) =>
      on(event, event === 'data' ? handOn(listener as (data: Buffer) => void) : listener),
    write(...args: unknown[]) {
      patience.asked();
      return write(...args);
    },
  });
}

type Listener = (...args: never[]) => void;

/** Is lost when something was asked, and nothing at all has come since: whatever comes ends the waiting. */
class Patience {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly withinMs: number,
    private readonly onLost: () => void,
  ) {}

  asked(): void {
    this.timer ??= setTimeout(this.onLost, this.withinMs).unref();
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
