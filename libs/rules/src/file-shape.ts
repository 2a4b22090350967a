import { durationMs } from '@navora/runtime';
import { z } from 'zod';
import { SEVERITIES } from './rule.js';

const NUMBER = 'must be a number';
const number = z.number(NUMBER);
const LENGTH_OF_TIME = 'must be a length of time, such as 30s, 5m or 2h';
/** None at all is said by leaving the key out. */
const SOME_TIME = /^([1-9]\d{0,5})([smhd])$/;
const duration = z
  .string(LENGTH_OF_TIME)
  .regex(SOME_TIME, LENGTH_OF_TIME)
  .transform((text) => durationMs(text) ?? 0);

const RANGE = 'must be [low, high]';
const range = z.tuple([number, number], RANGE);
const NAME = 'must be lower-case letters, digits and dashes';
const name = z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, NAME);
const MEASUREMENT = 'must name a field of the reading';
const measurement = z.string(MEASUREMENT).min(1, MEASUREMENT);
const PLACE = 'must be the name of a place';
const place = z.string(PLACE).min(1, PLACE);

const single = {
  measurement: measurement
    .optional()
    .describe('A number or boolean of the reading: a field, or a name in its extras.'),
  above: number.optional().describe('Breaches above this value.'),
  below: number.optional().describe('Breaches below this value.'),
  outside: z
    .union([range, place], 'must be [low, high] or the name of a place')
    .optional()
    .describe('Breaches outside [low, high]; or outside a place, by its name.'),
  inside: place.optional().describe('Breaches inside a place, by its name.'),
  equals: z.boolean('must be true or false').optional().describe('Breaches when the boolean is this.'),
  clear: z
    .union([number, range], 'must be a number, or [low, high] for "outside"')
    .optional()
    .describe('Normal again from here on. Between the threshold and this, nothing changes.'),
};

const CONDITIONS = 'must be a list of at least two conditions';
const conditions = z.array(z.strictObject(single, 'must be a condition'), CONDITIONS).min(2, CONDITIONS);
const TIMES = 'must be a whole number from 2 to 100';

const terms = {
  ...single,
  silentFor: duration
    .optional()
    .describe(
      'Breaches when nothing was received from the vehicle for so long; clears with its next reading.',
    ),
  allOf: conditions.optional().describe('Breaches when each of these does.'),
  anyOf: conditions.optional().describe('Breaches when one of these does.'),
  for: duration.optional().describe('How long it must breach without interruption before an alert opens.'),
  clearFor: duration
    .optional()
    .describe('How long it must be normal without interruption before the alert clears.'),
  repeat: z
    .strictObject(
      { times: z.int(TIMES).min(2, TIMES).max(100, TIMES), within: duration },
      'must have times and within',
    )
    .optional()
    .describe('An alert opens when so many readings breach within so long a time.'),
  maxGap: duration
    .optional()
    .describe('Readings further apart than this do not make one uninterrupted time.'),
  reopenWithin: duration
    .optional()
    .describe('A breach that begins so soon after the alert cleared reopens it, instead of opening another.'),
};

const severity = z.enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`);
const off = z.literal(true, 'must be true').optional();
const OVERRIDE = 'must say what is different for the group';

const rule = z.strictObject(
  {
    id: name.describe('Names the rule in signals and alerts.'),
    ...terms,
    severity: severity.describe('How much it matters.'),
    off: off.describe('Judges nothing, and clears the alerts it has opened.'),
    overrides: z
      .record(
        name,
        z.strictObject(
          { ...terms, severity: severity.optional(), off: off.describe('Not for vehicles of this group.') },
          OVERRIDE,
        ),
        'must name groups',
      )
      .optional()
      .describe(
        'What is different for the vehicles of a group. The first group that has the vehicle counts.',
      ),
  },
  'must be a rule: an id, a condition and a severity',
);

const LATITUDE = 'must be degrees from -90 to 90';
const LONGITUDE = 'must be degrees from -180 to 180';
const latitude = number.min(-90, LATITUDE).max(90, LATITUDE);
const longitude = number.min(-180, LONGITUDE).max(180, LONGITUDE);
const RADIUS = 'must be metres, more than 0 and at most 1000000';
const POLYGON = 'must be a list of at least three [latitude, longitude]';

const aPlace = z.strictObject(
  {
    latitude: latitude.optional().describe('Degrees, of the middle of a circle.'),
    longitude: longitude.optional().describe('Degrees, of the middle of a circle.'),
    radiusM: z.number(RADIUS).gt(0, RADIUS).max(1_000_000, RADIUS).optional().describe('Metres.'),
    polygon: z
      .array(z.tuple([latitude, longitude], 'must be [latitude, longitude]'), POLYGON)
      .min(3, POLYGON)
      .optional()
      .describe('Its corners, in order. It may lie across the 180th meridian, not around a pole.'),
  },
  'must be a circle or a polygon',
);

const VEHICLE = 'must be a vehicle id, or a pattern with * in it';
const vehicles = z.array(
  z.string(VEHICLE).regex(/^[A-Za-z0-9_*-]{1,64}$/, VEHICLE),
  'must be a list of vehicle ids',
);

/** The rules file, key by key. What keys say together is another matter: see file-sense.ts. */
export const rulesShape = z.strictObject(
  {
    limits: z
      .record(measurement, range, 'must name measurements')
      .optional()
      .describe('What values a measurement can have. Others are stored, marked, and raise no alert.'),
    places: z.record(name, aPlace, 'must name places').optional().describe('Circles and polygons, by name.'),
    groups: z
      .record(name, vehicles, 'must name groups')
      .optional()
      .describe('Vehicles by group: ids, or patterns such as reefer-*.'),
    rules: z
      .array(rule, 'there must be a list named "rules"')
      .describe('What breaches, and what becomes of it.'),
  },
  'there must be a list named "rules"',
);

export type RulesShape = z.output<typeof rulesShape>;
export type TermsShape = Omit<RulesShape['rules'][number], 'id' | 'severity' | 'off' | 'overrides'>;
export type SingleShape = z.output<z.ZodObject<typeof single>>;

/** What editors check the file by. */
export function rulesJsonSchema(): object {
  return { ...z.toJSONSchema(rulesShape, { io: 'input' }), title: 'Navora: rules' };
}
