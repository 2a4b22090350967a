import { SEVERITIES } from '@navora/rules';
import { DURATION, durationMs } from '@navora/runtime';
import { z } from 'zod';

/** The transitions of an alert that people may be told of. */
export const TOLD_TRANSITIONS = ['opened', 'reopened', 'cleared'] as const;
export type ToldTransition = (typeof TOLD_TRANSITIONS)[number];

export const AUDIENCES = ['administration', 'driver'] as const;
export type Audience = (typeof AUDIENCES)[number];

const LENGTH_OF_TIME = 'must be a length of time, such as 30s, 15m or 24h';
const duration = (preferred: string, meaning: string) =>
  z
    .string(LENGTH_OF_TIME)
    .regex(DURATION, LENGTH_OF_TIME)
    .default(preferred)
    .transform((text) => durationMs(text) ?? 0)
    .describe(meaning);

const ADDRESS = 'must be an e-mail address';
/** No more than the form: whether it exists, only its server can tell. */
const address = z.string(ADDRESS).regex(/^[^\s@<>,;]+@[^\s@<>,;]+$/, ADDRESS);
const SENDER = 'must be an e-mail address, or a name and an address: Navora <alerts@example.org>';
const FILE = 'must be a file name';
const file = z.string(FILE).min(1, FILE);
const URL_WANTED = 'must be a URL starting with https:// or http://';
const url = z
  .string(URL_WANTED)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), URL_WANTED);
const NAME = 'must be lower-case letters, digits and dashes';
const name = z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, NAME);
const PORT = 'must be a port: a whole number from 1 to 65535';
const TRUTH = 'must be true or false';

const sending = {
  timeout: duration('10s', 'How long one attempt may take.'),
  atOnce: z
    .int('must be a whole number from 1 to 100')
    .min(1, 'must be a whole number from 1 to 100')
    .max(100, 'must be a whole number from 1 to 100')
    .default(4)
    .describe('Attempts under way at once.'),
};

const smtp = z
  .strictObject({
    kind: z.literal('smtp'),
    host: z.string('must be a host name or address').min(1, 'must be a host name or address'),
    port: z.int(PORT).min(1, PORT).max(65535, PORT).default(587),
    secure: z
      .boolean(TRUTH)
      .default(false)
      .describe('TLS from the first byte (port 465). Without it STARTTLS is used where it is offered.'),
    requireTls: z.boolean(TRUTH).default(false).describe('Sends nothing without TLS.'),
    user: z.string('must be a user name').optional(),
    passwordFile: file.optional().describe('A file with the password; relative to this one.'),
    from: z.string(SENDER).regex(/^([^<>]*<)?[^\s@<>,;]+@[^\s@<>,;]+>?$/, SENDER),
    ...sending,
  })
  .describe('E-mail');

const webhook = z
  .strictObject({
    kind: z.literal('webhook'),
    url,
    secretFile: file.describe('A file with the signing secret, whsec_…; relative to this one.'),
    ...sending,
  })
  .describe('A webhook signed as Standard Webhooks say');

const chat = z
  .strictObject({
    kind: z.literal('chat'),
    url: url.optional(),
    urlFile: file
      .optional()
      .describe('A file with the URL, which for chats is a secret; relative to this one.'),
    ...sending,
  })
  .describe('A chat that takes {"text": "…"}, as Slack, Mattermost and Rocket.Chat do');

const severity = z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`);
const transition = z.enum(TOLD_TRANSITIONS, `must be one of ${TOLD_TRANSITIONS.join(', ')}`);
const LIST = 'must be a list that is not empty';
const listOf = <T extends z.ZodType>(item: T) => z.array(item, LIST).min(1, LIST);

const route = z.strictObject({
  to: z
    .enum(AUDIENCES, `must be one of ${AUDIENCES.join(', ')}`)
    .default('administration')
    .describe('Whom: administration, or the driver of the vehicle.'),
  channel: name.describe('One of the channels above.'),
  addresses: listOf(address).optional().describe('For e-mail to administration.'),
  severities: listOf(severity)
    .default([...SEVERITIES])
    .describe('All, unless said.'),
  transitions: listOf(transition)
    .default([...TOLD_TRANSITIONS])
    .describe('All, unless said.'),
  atMostEvery: duration('15m', 'No more than one notification of a vehicle and rule in so long a time.'),
});

const VEHICLES = 'must be a vehicle id, or a pattern with * in it';

/** The file `config/notifications.yaml`. */
export const notificationsSchema = z.strictObject({
  channels: z
    .record(name, z.discriminatedUnion('kind', [smtp, webhook, chat], 'must be one of smtp, webhook, chat'), {
      error: 'must name channels',
    })
    .describe('By name: where notifications can go.'),
  routes: listOf(route).describe('What goes where. A notification goes to every route it fits.'),
  drivers: z
    .record(z.string().regex(/^[A-Za-z0-9_*-]{1,64}$/, VEHICLES), address, { error: 'must name vehicles' })
    .default({})
    .describe(
      "The driver's address by vehicle id, or by a pattern such as van-*. The first that fits counts.",
    ),
  retries: z
    .strictObject({
      first: duration('5s', 'The pause after a first failure; each further one is twice as long.'),
      longest: duration('5m', 'No pause is longer.'),
      giveUpAfter: duration('24h', 'Counted from when the notification was due; then it has failed.'),
    })
    .prefault({}),
});

export type NotificationsShape = z.output<typeof notificationsSchema>;
export type ChannelShape = NotificationsShape['channels'][string];

/** What editors check the file by. */
export function notificationsJsonSchema(): unknown {
  return {
    ...z.toJSONSchema(notificationsSchema, { io: 'input' }),
    title: 'Navora: notifications',
  };
}
