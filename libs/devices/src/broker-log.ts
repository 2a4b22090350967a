/** Why somebody was not let in, as far as mosquitto says: of a certificate that it refuses it does not tell why. */
export const REFUSALS = [
  'no-certificate',
  'certificate-refused',
  'not-tls',
  'old-tls',
  'no-common-cipher',
  'tls-error',
  'protocol-error',
  'not-authorised',
  'mute',
  'gave-up',
  'too-many',
  'other',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** How a connection ended. */
export const ENDINGS = [
  /** It said so. */
  'left',
  /** Its network connection did. */
  'lost',
  /** Nothing came for longer than it had promised. */
  'silent',
  /** By a successor that came with the same certificate's name. */
  'taken-over',
  /** By us: that is how a vehicle is disconnected. */
  'ended-by-operator',
  'foreign-topic',
  'oversize-packet',
  'malformed-packet',
  'protocol-error',
  'not-authorised',
  'broker-stopped',
  'other',
] as const;
export type Ending = (typeof ENDINGS)[number];

/** What one line of a broker's log says about connections. */
export type LogFact =
  | { kind: 'broker-started' | 'broker-stopped' }
  /** A connection that has not said who it is. `from` is its address and port. */
  | { kind: 'opened'; from: string; listener: number }
  | { kind: 'connected'; client: string; from: string; user: string | undefined }
  /** The session of this client is about to be another's: its `connected` comes next. */
  | { kind: 'replaced'; client: string }
  | { kind: 'ended'; client: string; how: Ending }
  /** Without having said who it was. After a `tls-failed` that is why. */
  | { kind: 'ended-unknown'; how: Ending }
  | { kind: 'tls-failed'; refusal: Refusal }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'subscribed'; client: string };

export interface LogLine {
  at: Date;
  fact: LogFact;
}

/**
 * Reads a line as mosquitto 2.0 writes it with `connection_messages true`, `log_type` error, notice, information and
 * subscribe, and `log_timestamp_format %Y-%m-%dT%H:%M:%S%z`.
 *
 * @returns undefined for what says nothing about connections
 */
export function logLine(line: string): LogLine | undefined {
  const [, time, words] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d{4}|Z)?): (.*)$/.exec(line) ?? [];
  if (time === undefined || words === undefined) return undefined;
  const fact = factIn(words);
  return fact && { at: new Date(time), fact };
}

function factIn(words: string): LogFact | undefined {
  for (const [pattern, fact] of PATTERNS) {
    const match = pattern.exec(words);
    if (match) return fact(match[1] ?? '', match[2] ?? '', match[3]);
  }
  return undefined;
}

type Make = (first: string, second: string, third: string | undefined) => LogFact | undefined;

/** Those of subscriptions last: theirs is the only text of somebody else's choice, and the broker takes no newline in it. */
const PATTERNS: [RegExp, Make][] = [
  [/^New connection from (\S+) on port (\d+)\.$/, (from, port) => opened(from, Number(port))],
  [
    /^New client connected from (\S+) as (.+) \(p\d, c\d, k\d+(?:, u'(.*)')?\)\.$/,
    (from, client, user) => ({ kind: 'connected', client, from, user }),
  ],
  [/^Client (.+) already connected, closing old connection\.$/, (client) => ({ kind: 'replaced', client })],
  [
    /^Client connection from \S+ failed: error:\w+:[^:]*:[^:]*:(.*?)\.$/,
    (text) => ({ kind: 'refused', refusal: refusalOf(text) }),
  ],
  [/^Client connection from \S+ denied: max_connections/, () => ({ kind: 'refused', refusal: 'too-many' })],
  [
    /^OpenSSL Error\[\d+\]: error:\w+:[^:]*:[^:]*:(.*)$/,
    (text) => ({ kind: 'tls-failed', refusal: refusalOf(text) }),
  ],
  [/^Client (.+) (been disconnected by .*)$/, (client, how) => ended(client, how)],
  [/^Client (.+) (disconnected\.|disconnected,? .*|disconnected: .*)$/, (client, how) => ended(client, how)],
  [/^Client (.+) (closed its connection\.)$/, (client, how) => ended(client, how)],
  [/^Client (.+) (has exceeded timeout), disconnecting\.$/, (client, how) => ended(client, how)],
  // What 2.0.11 makes of a message that it refused, if `max_queued_messages` is 0.
  [/^(Bad socket read\/write) on client (.+): Unknown error\.$/, (how, client) => ended(client, how)],
  [/^Bad socket read\/write on client (.+): (.*)$/, (client, how) => ended(client, how)],
  [/^mosquitto version \S+ starting$/, () => ({ kind: 'broker-started' })],
  [/^mosquitto version \S+ terminating$/, () => ({ kind: 'broker-stopped' })],
  [/^(\S+) [012] /, (client) => ({ kind: 'subscribed', client })],
];

function opened(from: string, listener: number): LogFact {
  return { kind: 'opened', from, listener };
}

const NOBODY = '<unknown>';

function ended(client: string, words: string): LogFact {
  const how = endingOf(words);
  return client === NOBODY ? { kind: 'ended-unknown', how } : { kind: 'ended', client, how };
}

const ENDING_WORDS: [string, Ending][] = [
  ['disconnected.', 'left'],
  ['closed its connection', 'lost'],
  // An error of the network, in the words of the operating system.
  ['disconnected: ', 'lost'],
  ['has exceeded timeout', 'silent'],
  ['Bad socket read/write', 'foreign-topic'],
  ['due to oversize', 'oversize-packet'],
  ['due to malformed packet', 'malformed-packet'],
  ['due to protocol error', 'protocol-error'],
  ['not authorised', 'not-authorised'],
];

function endingOf(words: string): Ending {
  return ENDING_WORDS.find(([part]) => words.includes(part))?.[1] ?? 'other';
}

const REFUSAL_WORDS: [string, Refusal][] = [
  ['peer did not return a certificate', 'no-certificate'],
  ['certificate verify failed', 'certificate-refused'],
  ['wrong version number', 'not-tls'],
  ['http request', 'not-tls'],
  ['https proxy request', 'not-tls'],
  ['unsupported protocol', 'old-tls'],
  ['version too low', 'old-tls'],
  ['no shared cipher', 'no-common-cipher'],
  ['unexpected eof', 'gave-up'],
];

function refusalOf(words: string): Refusal {
  return REFUSAL_WORDS.find(([part]) => words.includes(part))?.[1] ?? 'tls-error';
}
