import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Severity } from '@navora/rules';
import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { crossMistakes } from './notifications-sense.js';
import {
  notificationsSchema,
  type Audience,
  type NotificationsShape,
  type ToldTransition,
} from './notifications-schema.js';

/** Every mistake of a notifications file, each with its line and column. */
export class WrongNotifications extends Error {
  override name = 'WrongNotifications';
}

interface Sending {
  timeoutMs: number;
  atOnce: number;
}
export interface SmtpChannel extends Sending {
  kind: 'smtp';
  host: string;
  port: number;
  secure: boolean;
  requireTls: boolean;
  auth: { user: string; pass: string } | undefined;
  from: string;
}
export interface WebhookChannel extends Sending {
  kind: 'webhook';
  url: string;
  secret: string;
}
export interface ChatChannel extends Sending {
  kind: 'chat';
  url: string;
}
export type ChannelSettings = SmtpChannel | WebhookChannel | ChatChannel;

export interface Route {
  to: Audience;
  channel: string;
  addresses: string[];
  severities: Severity[];
  transitions: ToldTransition[];
  atMostEveryMs: number;
}

/** Who is told of what, by which way. Secrets are read already. */
export interface Notifications {
  channels: ReadonlyMap<string, ChannelSettings>;
  routes: readonly Route[];
  /** Vehicle ids or patterns with `*`, and addresses, in the order of the file. */
  drivers: readonly (readonly [vehicles: string, address: string])[];
  retries: { firstMs: number; longestMs: number; giveUpAfterMs: number };
}

/** @throws WrongNotifications naming every mistake, or that the file cannot be read. */
export function loadNotifications(path: string): Notifications {
  return parseNotifications(contentOf(path), path);
}

/** @param path what to call the text in errors; names of files in it are relative to its folder. */
export function parseNotifications(text: string, path: string): Notifications {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const mistakes = new Map<string, number>();
  const mistake = (offset: number, what: string) => {
    const { line, col } = lines.linePos(offset);
    mistakes.set(`  line ${line || 1}, column ${col || 1}: ${what}`, offset);
  };
  for (const { pos, message } of document.errors) mistake(pos[0], message.split('\n')[0] ?? 'not YAML');
  if (mistakes.size === 0) {
    const raw: unknown = document.toJS();
    const parsed = notificationsSchema.safeParse(raw ?? {});
    for (const issue of parsed.error?.issues ?? [])
      for (const [at, what] of told(issue, document, raw)) mistake(at, what);
    for (const { at, what } of crossMistakes(raw)) mistake(offsetOf(document, at), what);
    if (parsed.success && mistakes.size === 0) {
      const secrets = new SecretFiles(dirname(path), (at, what) => mistake(offsetOf(document, at), what));
      const notifications = withSecrets(parsed.data, secrets);
      if (mistakes.size === 0) return notifications;
    }
  }
  const inOrder = [...mistakes].sort(([, one], [, other]) => one - other).map(([line]) => line);
  throw new WrongNotifications(`${path} is not a notifications file:\n${inOrder.join('\n')}`);
}

type Path = readonly PropertyKey[];

function told(issue: z.core.$ZodIssue, document: Document, raw: unknown): [offset: number, what: string][] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => [
      keyOffsetOf(document, [...issue.path, key]),
      `${key}: means nothing here`,
    ]);
  const key = String(issue.path.at(-1) ?? 'the file');
  if (issue.code === 'invalid_key')
    return [[keyOffsetOf(document, issue.path), `${key}: ${issue.issues[0]?.message ?? issue.message}`]];
  const named = typeof issue.path.at(-1) === 'number' ? String(issue.path.at(-2)) : key;
  return [
    [offsetOf(document, issue.path), `${named}: ${issue.message}, found ${shown(valueAt(raw, issue.path))}`],
  ];
}

/** Of the value there; of what it would belong to, if there is none. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffsetOf(document: Document, path: Path): number {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    : undefined;
  return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path);
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], raw);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

class SecretFiles {
  constructor(
    private readonly folder: string,
    private readonly mistake: (path: Path, what: string) => void,
  ) {}

  read(path: Path, name: string): string {
    try {
      return readFileSync(resolve(this.folder, name), 'utf8').trim();
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      this.mistake(path, `${String(path.at(-1))}: ${name} cannot be read (${why})`);
      return '';
    }
  }

  /** A secret is never shown, not even a wrong one. */
  readChecked(path: Path, name: string, fits: (secret: string) => boolean, must: string): string {
    const secret = this.read(path, name);
    if (secret !== '' && !fits(secret))
      this.mistake(path, `${String(path.at(-1))}: ${name} must hold ${must}`);
    return secret;
  }
}

const isSigningSecret = (text: string) => /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(text);
const isUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function withSecrets(shape: NotificationsShape, secrets: SecretFiles): Notifications {
  const channels = new Map<string, ChannelSettings>();
  for (const [name, channel] of Object.entries(shape.channels)) {
    const sending = { timeoutMs: channel.timeout, atOnce: channel.atOnce };
    const at = (key: string) => ['channels', name, key];
    switch (channel.kind) {
      case 'smtp': {
        const { kind, host, port, secure, requireTls, user, passwordFile, from } = channel;
        const auth =
          user === undefined || passwordFile === undefined
            ? undefined
            : { user, pass: secrets.read(at('passwordFile'), passwordFile) };
        channels.set(name, { kind, host, port, secure, requireTls, auth, from, ...sending });
        break;
      }
      case 'webhook': {
        const must = 'a signing secret: whsec_ and 24 to 64 bytes as base64';
        const secret = secrets.readChecked(at('secretFile'), channel.secretFile, isSigningSecret, must);
        channels.set(name, { kind: channel.kind, url: channel.url, secret, ...sending });
        break;
      }
      case 'chat': {
        const { kind, url, urlFile } = channel;
        const read = (name: string) => secrets.readChecked(at('urlFile'), name, isUrl, 'a URL');
        channels.set(name, { kind, url: url ?? read(urlFile ?? ''), ...sending });
        break;
      }
    }
  }
  const { first, longest, giveUpAfter } = shape.retries;
  return {
    channels,
    routes: shape.routes.map(({ atMostEvery, addresses, ...route }) => ({
      ...route,
      addresses: addresses ?? [],
      atMostEveryMs: atMostEvery,
    })),
    drivers: Object.entries(shape.drivers),
    retries: { firstMs: first, longestMs: longest, giveUpAfterMs: giveUpAfter },
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new WrongNotifications(`the notifications file ${path} cannot be read (${why})`);
  }
}
