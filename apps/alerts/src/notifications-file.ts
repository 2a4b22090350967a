import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Severity } from '@navora/rules';
import { PositionedYaml, type Path } from '@navora/runtime';
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

/** Asks its file at each use: secrets are replaced while we run. */
export type Secret = () => string;

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
  auth: { user: string; pass: Secret } | undefined;
  from: string;
}
export interface WebhookChannel extends Sending {
  kind: 'webhook';
  url: string;
  secret: Secret;
}
export interface ChatChannel extends Sending {
  kind: 'chat';
  /** It is a secret: whoever knows it may write there. */
  url: Secret;
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

/** Who is told of what, by which way. Secrets have been read once: they are there. */
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
  const yaml = new PositionedYaml(text);
  const notifications = yaml.isWrong ? undefined : understood(yaml, path);
  const mistakes = yaml.mistakesInOrder();
  if (notifications === undefined || mistakes.length > 0)
    throw new WrongNotifications(
      `${path} is not a notifications file:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
    );
  return notifications;
}

function understood(yaml: PositionedYaml, path: string): Notifications | undefined {
  const raw = yaml.content;
  const { success, data, error } = notificationsSchema.safeParse(raw ?? {});
  for (const issue of error?.issues ?? []) tell(yaml, issue, raw);
  for (const { at, what } of crossMistakes(raw)) yaml.mistakeAt(at, what);
  if (!success || yaml.isWrong) return undefined;
  return withSecrets(data, new SecretFiles(dirname(path), (at, what) => yaml.mistakeAt(at, what)));
}

function tell(yaml: PositionedYaml, issue: z.core.$ZodIssue, raw: unknown): void {
  const { path } = issue;
  const key = String(path.at(-1) ?? 'the file');
  if (issue.code === 'unrecognized_keys') {
    for (const unknown of issue.keys) yaml.mistakeAtKey([...path, unknown], `${unknown}: means nothing here`);
  } else if (issue.code === 'invalid_key') {
    yaml.mistakeAtKey(path, `${key}: ${issue.issues[0]?.message ?? issue.message}`);
  } else {
    const named = typeof path.at(-1) === 'number' ? String(path.at(-2)) : key;
    yaml.mistakeAt(path, `${named}: ${issue.message}, found ${shown(valueAt(raw, path))}`);
  }
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

  /** A secret is never shown, not even a wrong one. */
  at(path: Path, name: string, must = 'a secret', fits = (secret: string) => secret !== ''): Secret {
    const read = () => readFileSync(resolve(this.folder, name), 'utf8').trim();
    let secret = '';
    try {
      secret = read();
      if (!fits(secret)) this.mistake(path, `${String(path.at(-1))}: ${name} must hold ${must}`);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      this.mistake(path, `${String(path.at(-1))}: ${name} cannot be read (${why})`);
    }
    return () => {
      try {
        const next = read();
        if (fits(next)) secret = next;
      } catch {
        // It is being replaced: the one before may do, and if not, the notification is tried again.
      }
      return secret;
    };
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
            : { user, pass: secrets.at(at('passwordFile'), passwordFile) };
        channels.set(name, { kind, host, port, secure, requireTls, auth, from, ...sending });
        break;
      }
      case 'webhook': {
        const must = 'a signing secret: whsec_ and 24 to 64 bytes as base64';
        const secret = secrets.at(at('secretFile'), channel.secretFile, must, isSigningSecret);
        channels.set(name, { kind: channel.kind, url: channel.url, secret, ...sending });
        break;
      }
      case 'chat': {
        const { kind, url, urlFile } = channel;
        const inFile = (name: string) => secrets.at(at('urlFile'), name, 'a URL', isUrl);
        channels.set(name, { kind, url: url === undefined ? inFile(urlFile ?? '') : () => url, ...sending });
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
