import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const DESCRIBE_QUORUM = 55;
const PATIENCE_MS = 5000;

/**
 * The id of the node that controls the cluster now. The metadata that clients get name any living node as controller
 * instead, and our client does not know this request (KIP-595).
 */
export async function activeController({ host, port }: { host: string; port: number }): Promise<number> {
  const socket = connect({ host, port });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`${host}:${port} does not answer`)));
  try {
    await once(socket, 'connect');
    socket.write(request());
    return leaderIn(await frameFrom(socket));
  } finally {
    socket.destroy();
  }
}

/** Version 0, about partition 0 of the one topic there is. */
function request(): Buffer {
  const header = Buffer.from([0, DESCRIBE_QUORUM, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0]);
  const oneTopic = Buffer.concat([Buffer.from([2]), compact('__cluster_metadata')]);
  const onePartition = Buffer.from([2, 0, 0, 0, 0, 0]);
  const noTags = Buffer.from([0, 0]);
  const body = Buffer.concat([header, oneTopic, onePartition, noTags]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** @param answer without its length */
export function leaderIn(answer: Buffer): number {
  // Correlation id, and no tags.
  let at = 5;
  requireNone(answer.readInt16BE(at));
  // One topic; its name with its length, plus one.
  at += 3;
  at += answer.readUInt8(at);
  // One partition: index, error, leader.
  at += 1 + 4;
  requireNone(answer.readInt16BE(at));
  return answer.readInt32BE(at + 2);
}

function requireNone(errorCode: number): void {
  if (errorCode !== 0) throw new Error(`Kafka answered with error code ${errorCode}`);
}

async function frameFrom(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) return received.subarray(4);
  }
  throw new Error('Kafka closed the connection without an answer');
}

/** A short string with its length before it, plus one. */
function compact(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length + 1]), Buffer.from(text)]);
}
