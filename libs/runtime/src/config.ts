import { accessSync, constants, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';

/** One setting: the environment variable it comes from, and what it must look like. */
export interface Setting<T> {
  variable: string;
  schema: z.ZodType<T>;
}

export function setting<T>(variable: string, schema: z.ZodType<T>): Setting<T> {
  return { variable, schema };
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/**
 * Whoever has credentials of its own: `watch` stands beside an MQTT broker, `erase` removes what is stored of a
 * vehicle, `consumer` are programs of others that read from Kafka.
 */
export type ServiceName =
  'bridge' | 'processor' | 'alerts' | 'operator' | 'erase' | 'watch' | 'migrate' | 'consumer';

type Settings = Record<string, Setting<unknown>>;
type Values<S extends Settings> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };
type Environment = Record<string, string | undefined>;

/**
 * Reads all settings of a service from the environment, once, at its start. The variable `NAVORA_ENV_FILE` may
 * name a file of further variables (as `navora stack up` writes it); the environment itself wins over the file.
 *
 * @param service stands for `{service}` in a value, so that one file of variables serves all, each with its own
 *   credentials: `/etc/navora/{service}.key`
 * @throws ConfigurationError that names every wrong variable, what it must be, and what was found.
 */
export function readConfiguration<S extends Settings>(
  settings: S,
  environment: Environment = process.env,
  service?: ServiceName,
): Values<S> {
  const variables = { ...variablesOfFile(environment['NAVORA_ENV_FILE']), ...environment };
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { variable, schema }] of Object.entries(settings)) {
    // An empty variable is an unset one: that is how a chart or a compose file leaves out a value.
    const given = variables[variable] === '' ? undefined : variables[variable];
    const text = service === undefined ? given : given?.replaceAll('{service}', service);
    const parsed = schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${variable}: ${problemOf(parsed.error)}${text === undefined ? ', but it is not set' : `, found "${text}"`}`,
      );
  }
  if (problems.length > 0) {
    throw new ConfigurationError(
      `wrong configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
  return values as Values<S>;
}

function problemOf(error: z.ZodError): string {
  return error.issues.map((issue) => issue.message).join(' and ');
}

function variablesOfFile(path: string | undefined): Environment {
  if (!path) return {};
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Environment;
  } catch (error) {
    throw new ConfigurationError(
      `NAVORA_ENV_FILE names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? error}): run \`npx navora stack up\` first`,
    );
  }
}

/** A whole number within bounds. */
export function wholeNumber(bounds: { min: number; max: number }): z.ZodType<number> {
  const message = `must be a whole number from ${bounds.min} to ${bounds.max}`;
  return z
    .string(message)
    .regex(/^-?\d+$/, message)
    .transform(Number)
    .refine((value) => value >= bounds.min && value <= bounds.max, message);
}

/** `host:port[,host:port…]` */
export const brokerList: z.ZodType<string[]> = z
  .string('must be a list of host:port')
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => /^[^\s:]+:\d{1,5}$/.test(part)),
    'must be host:port, or a list of them with commas',
  );

/** `name[,name…]` */
export const nameList: z.ZodType<string[]> = z
  .string('must be a list of names')
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => /^[^\s,]+$/.test(part)),
    'must be a name, or a list of them with commas',
  );

/** A URL of one of the given schemes. */
export function urlOf(...schemes: string[]): z.ZodType<string> {
  const message = `must be a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return z
    .string(message)
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), message);
}

/** Text that may be left out. */
export function text(pattern: RegExp, what: string): z.ZodType<string> {
  return z.string(`must be ${what}`).regex(pattern, `must be ${what}`);
}

/** The setting is taken to be `value` when it is not set. */
export function withDefault<T>(schema: z.ZodType<T>, value: T): z.ZodType<T> {
  return z.union([z.undefined().transform(() => value), schema], {
    error: (issue) => messageOfUnion(issue, schema),
  }) as z.ZodType<T>;
}

/** A setting that may be left out. @param what its text is, for whoever leaves it empty */
export function optional(variable: string, what: string): Setting<string | undefined> {
  return setting(variable, withDefault<string | undefined>(text(/^.+$/, what), undefined));
}

/** The path of a file that is there and may be read, or nothing. */
export function readableFile(variable: string): Setting<string | undefined> {
  const path = z.string().superRefine((path, context) => {
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      const message = `must be a file that can be read (${(error as NodeJS.ErrnoException).code ?? error})`;
      context.addIssue({ code: 'custom', message });
    }
  });
  return setting(variable, withDefault<string | undefined>(path, undefined));
}

/** The union would say "invalid input"; what counts is what the schema itself says. */
function messageOfUnion(issue: { input?: unknown }, schema: z.ZodType<unknown>): string {
  const parsed = schema.safeParse(issue.input);
  return parsed.success ? 'is invalid' : problemOf(parsed.error);
}
