// Navora with one promise broken on purpose, in many ways. Each is caught by the test named beside it, and the
// failure names the invariant. `npm run test:mutants` proves it; docs/mutants.md tells it.

/**
 * @typedef {object} Catch
 * @property {'unit' | 'real'} where in memory, or on the real services with the auditor's verdict
 * @property {string} [spec] in memory: the test file
 * @property {string} title a part of the test's title, or the name of the drill
 * @property {string[]} by the invariants any of which the failure must name
 *
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string} does what is wrong with it, in words
 * @property {string} file
 * @property {string} from must stand in the file exactly once
 * @property {string} to
 * @property {Catch[]} caught
 */

const inMemory = (spec, title, ...by) => ({ spec, title, by, where: 'unit' });

/** A short drill on the real services, with each fault once; the audit's verdict must name the invariant. */
const audited = (title, ...by) => ({ title, by, where: 'real' });

/** Each is run without any mutant first, and must hold then. */
export const DRILLS = {
  'kill the bridge': { only: ['B12', 'K1'], seconds: 18 },
};

const COMMITS = 'libs/kafka/src/held-partitions.model.spec.ts';
const BATCHES = 'libs/cassandra/src/group-commit.model.spec.ts';
const REQUESTS = 'libs/kafka/src/produce-lane.model.spec.ts';
const PUBACKS = 'apps/mqtt-bridge/src/ack-window.model.spec.ts';
const BRIDGE = 'apps/mqtt-bridge/src/journey.model.spec.ts';
const ERASED = 'apps/processor/src/erased-readings.spec.ts';
const PROCESSOR = 'apps/processor/src/reading-journey.model.spec.ts';

/** @type {Mutant[]} */
export const MUTANTS = [
  {
    name: 'commit-early',
    does: 'commits everything that was taken over, resolved or not',
    file: 'libs/kafka/src/offset-tracker.ts',
    from: 'return this.offsets[this.head] ?? this.latest + 1n;',
    to: 'return this.latest + 1n;',
    caught: [inMemory(COMMITS, 'P7, P8', 'I5')],
  },
  {
    name: 'commit-of-an-ended-epoch',
    does: 'commits for a partition that the group has given to another meanwhile',
    file: 'libs/kafka/src/held-partitions.ts',
    from: 'ready.filter(({ held }) => held.assignment.held)',
    to: 'ready',
    caught: [inMemory(COMMITS, 'P7, P8', 'I6')],
  },
  {
    name: 'swallow-a-dead-letter',
    does: 'the processor resolves a bad record without its dead letter',
    file: 'apps/processor/src/reading-journey.ts',
    from: 'await this.parts.deadLetters.bury(record, rejection);',
    to: '',
    caught: [inMemory(PROCESSOR, 'P15, P16, P24', 'I8')],
  },
  {
    name: 'swallow-a-dead-letter-in-the-bridge',
    does: 'the bridge acknowledges a bad message without its dead letter',
    file: 'apps/mqtt-bridge/src/journey.ts',
    from: 'deadLettersLane.produce({',
    to: 'void deadLettersLane;\n    ((_: object, done: () => void) => done())({',
    caught: [inMemory(BRIDGE, 'B2, B3', 'I1')],
  },
  {
    name: 'skip-the-signal-of-a-stored-reading',
    does: 'publishes no signal when the reading was stored before',
    file: 'apps/processor/src/reading-journey.ts',
    from: 'const signal = this.judged(signals, row, stored);',
    to: "if (stored.status === 'already-stored') return this.resolve(batch, record, span);\nconst signal = this.judged(signals, row, stored);",
    caught: [inMemory(PROCESSOR, 'P15, P16, P24', 'I7')],
  },
  {
    name: 'resolve-before-the-signal',
    does: 'resolves a record before Kafka has its signal',
    file: 'apps/processor/src/reading-journey.ts',
    from: 'void published.then(',
    to: 'void (published, Promise.resolve()).then(',
    caught: [inMemory(PROCESSOR, 'P15, P16, P24', 'I5')],
  },
  {
    name: 'commit-before-the-latest-states',
    does: 'commits an offset while the latest states up to it are being written',
    file: 'apps/processor/src/reading-journey.ts',
    from: 'await this.parts.latest.save(partition);',
    to: 'this.parts.latest.save(partition).catch(() => undefined);',
    caught: [inMemory(PROCESSOR, 'P15, P16, P24', 'I5')],
  },
  {
    name: 'crash-on-a-bug-in-a-pure-step',
    does: 'a record on which a pure step throws stops the process instead of being dead-lettered',
    file: 'apps/processor/src/reading-journey.ts',
    from: "return rejected(\n      'processing-error',",
    to: "if (error !== undefined) throw error;\n    return rejected(\n      'processing-error',",
    caught: [inMemory(PROCESSOR, 'P15, P16, P24', 'I8', 'I9')],
  },
  {
    name: 'drop-the-conflict-check',
    does: 'takes another reading of the same identity for the same reading',
    file: 'apps/processor/src/reading-store.ts',
    from: 'if (name !== undefined) {',
    to: "if (name === '') {",
    caught: [inMemory(PROCESSOR, 'P15, P16, P24', 'I8')],
  },
  {
    name: 'timeout-as-success',
    does: 'takes a conditional batch whose answer was lost for applied',
    file: 'libs/cassandra/src/group-commit.ts',
    from: "if (kind === 'invalid') {",
    to: "if (kind === 'unknown-outcome') {\n      for (const entry of entries) entry.settle({ kind: 'stored' });\n      return;\n    }\n    if (kind === 'invalid') {",
    caught: [inMemory(BATCHES, 'P9', 'I1')],
  },
  {
    name: 'timeout-as-failure',
    does: 'gives the readings of a conditional batch up whose answer was lost',
    file: 'libs/cassandra/src/group-commit.ts',
    from: "if (kind === 'invalid') {",
    to: "if (kind === 'unknown-outcome') {\n      for (const entry of entries) entry.settle({ kind: 'refused', error: String(error) });\n      return;\n    }\n    if (kind === 'invalid') {",
    caught: [inMemory(BATCHES, 'P9', 'I8')],
  },
  {
    name: 'equal-keys-in-a-batch',
    does: 'lets two rows of one key into one conditional batch, which would mix their cells',
    file: 'libs/cassandra/src/group-commit.ts',
    from: 'if (keys.has(entry.key)) {',
    to: 'if (keys.size < 0) {',
    caught: [inMemory(BATCHES, 'P9', 'I3')],
  },
  {
    name: 'give-up-a-whole-batch',
    does: 'gives up all readings of a batch in which one is refused',
    file: 'libs/cassandra/src/group-commit.ts',
    from: 'if (entries.length === 1 && only) {',
    to: "if (entries.length > 1) {\n      for (const entry of entries) entry.settle({ kind: 'refused', error: String(error) });\n      return;\n    }\n    if (only) {",
    caught: [inMemory(BATCHES, 'P9', 'I8')],
  },
  {
    name: 'acknowledge-before-produce',
    does: 'sends the PUBACK when a message comes, not when Kafka has it',
    file: 'apps/mqtt-bridge/src/journey.ts',
    from: 'this.parts.metrics.received.inc();',
    to: 'this.parts.metrics.received.inc();\n    if (delivery) window.settle(delivery);',
    caught: [inMemory(BRIDGE, 'B2, B3', 'I1'), audited('kill the bridge', 'I1')],
  },
  {
    name: 'acknowledge-out-of-order',
    does: 'sends each PUBACK as soon as Kafka has its message, whatever came before',
    file: 'apps/mqtt-bridge/src/ack-window.ts',
    from: 'delivery.settled = true;',
    to: 'delivery.settled = true;\n    if (this.deliveries.includes(delivery)) {\n      this.sendPuback(delivery.packetId);\n      this.deliveries.splice(this.deliveries.indexOf(delivery), 1);\n    }\n    return;',
    caught: [inMemory(PUBACKS, 'B2, B4', 'MQTT-4.6.0-2')],
  },
  {
    name: 'acknowledge-for-an-old-connection',
    does: 'sends PUBACKs of a connection after its end',
    file: 'apps/mqtt-bridge/src/ack-window.ts',
    from: 'this.closed = true;\n    this.deliveries = [];\n    this.head = 0;',
    to: '',
    caught: [inMemory(PUBACKS, 'B2, B4', 'I1')],
  },
  {
    name: 'skip-a-refused-request',
    does: 'takes records for produced that Kafka refused',
    file: 'libs/kafka/src/produce-lane.ts',
    from: 'answer.errorCode !== 0',
    to: 'answer.errorCode === -2',
    caught: [inMemory(REQUESTS, 'B10', 'I1')],
  },
  {
    name: 'run-again-behind-a-fence',
    does: 'asks no fence before a conditional batch is run',
    file: 'libs/cassandra/src/group-commit.ts',
    from: 'if (this.options.barred) entries = await this.withoutBarred(taken);',
    to: '',
    caught: [inMemory(ERASED, 'a fence that comes while the answer of a write is lost', 'I14')],
  },
  {
    name: 'write-by-stale-fences',
    does: 'stores readings while nobody can tell which vehicles are erased',
    file: 'apps/processor/src/reading-store.ts',
    from: 'if (!fences.fresh) await fences.untilFresh();',
    to: '',
    caught: [inMemory(ERASED, 'with fences that are stale nothing is written', 'I14')],
  },
  {
    name: 'fences-as-old-as-the-answer',
    does: 'takes fences for as new as the answer, however long ago they were asked for',
    file: 'libs/erasure/src/fences.ts',
    from: 'this.asked = asked;',
    to: 'this.asked = this.moment();',
    caught: [inMemory('libs/erasure/src/fences.spec.ts', 'are as old as the question', 'I14')],
  },
  {
    name: 'go-on-with-an-erased-vehicle',
    does: 'the alerts app finishes a transition of a vehicle that was erased meanwhile',
    file: 'apps/alerts/src/vehicle-at-store.ts',
    from: 'if (vehicle.generation !== generation) throw',
    to: 'if (vehicle.generation < 0) throw',
    caught: [
      inMemory('apps/alerts/src/erased.spec.ts', 'gets no views of a transition that was under way', 'I14'),
    ],
  },
];

/**
 * @param {Mutant} mutant
 * @param {string} source of its file
 * @throws Error when the code has moved on, and the mutant must follow
 */
export function mutated({ name, file, from, to }, source) {
  const count = source.split(from).length - 1;
  if (count !== 1)
    throw new Error(
      `the mutant ${name} no longer fits: ${file} has ${count} times, instead of once: ${from}`,
    );
  return source.replace(from, () => to);
}
