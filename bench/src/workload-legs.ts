import { bareReader, ownOneLwt, unconditional } from './baselines/sides.js';
import { redelivered } from './deliveries.js';
import { intakeLegOf } from './intake-leg.js';
import type { Leg } from './leg.js';
import { navoraBridge } from './ours/navora-bridge.js';
import { navoraProcessor } from './ours/navora-processor.js';
import { storageLegOf } from './storage-leg.js';

/** Beside whom other readings than the usual ones are measured. */
const STORES = [navoraProcessor, ownOneLwt, unconditional];

/** Those of the loudest vehicle all meet in one partition, so that one waits for the other: 300 a second. */
const STORES_OF_SKEWED = [navoraProcessor, { ...ownOneLwt, portion: 0.02 }, unconditional];

/** Of each size as many readings as make about as many bytes; at most a gigabyte waits in a session. */
const SIZES = [
  { size: '1-kib', bodyBytes: 1024, portion: 0.25 },
  { size: '8-kib', bodyBytes: 8192, portion: 0.04 },
];

/** The same work with other readings. */
export const WORKLOAD_LEGS: readonly Leg[] = [
  storageLegOf({
    ...{ name: 'b-few', title: 'Kafka to rows, 200 vehicles', signals: false, vehicles: 200 },
  }),
  storageLegOf({
    ...{ name: 'b-skewed', title: 'Kafka to rows, few vehicles send most, one of them a tenth' },
    ...{ signals: false, readings: { skewed: true }, sides: STORES_OF_SKEWED },
  }),
  storageLegOf({
    ...{ name: 'b-redelivered', title: 'Kafka to rows, a tenth redelivered and 50,000 replayed' },
    ...{ signals: false, deliveries: redelivered, sides: STORES },
  }),
  storageLegOf({
    ...{ name: 'b-newer-schema', title: 'Kafka to rows, a newer schema for the second half' },
    ...{ signals: false, newerSchema: true, sides: STORES },
  }),
  ...SIZES.map(({ size, bodyBytes, portion }) =>
    storageLegOf({
      ...{ name: `b-${size}`, title: `Kafka to rows, bodies of ${bodyBytes} bytes`, portion },
      ...{ signals: false, readings: { bodyBytes }, sides: STORES },
    }),
  ),
  ...SIZES.map(({ size, bodyBytes, portion }) =>
    intakeLegOf({
      ...{ name: `a-${size}`, title: `MQTT session to Kafka, bodies of ${bodyBytes} bytes` },
      ...{ portion, bodyBytes, sides: [navoraBridge, bareReader] },
    }),
  ),
];
