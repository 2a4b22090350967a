import { recordsOf, spanOf, type ConsumedRecord, type TopicSpan } from '@navora/kafka';
import { type DeadLetter, type RecordDecoder, TOPICS, UnreadableRecord } from '@navora/schemas';
import type { Admin, Kafka } from 'kafkajs';
import type { DeadLetterActions, LetterAction } from './dead-letters-actions.js';
import { failureOf, type Failure } from './dead-letters-failure.js';
import { SeenFailures } from './dead-letters-seen.js';
import { matches, type Selection } from './dead-letters-selection.js';

/** A failure, and what was done about it. */
export interface Found {
  readonly failure: Failure;
  readonly action: LetterAction | undefined;
}

const LOOK_UPS_AT_ONCE = 32;

/** The dead-letter topic and the record of actions, read together. Holds one fetch and a print of each id. */
export class LetterLog {
  /** Records of the topic that are no dead letters, as of the last reading. */
  unreadable = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly decoder: Pick<RecordDecoder<typeof TOPICS.deadLetters>, 'decode'>,
    private readonly actions: Pick<DeadLetterActions, 'of'>,
    private readonly topic: string = TOPICS.deadLetters,
  ) {}

  /** What there is to read now: two readings of one span see the same letters. */
  span({ from }: Selection): Promise<TopicSpan> {
    return spanOf(this.admin, this.topic, from);
  }

  /** Each failure once, in the order of its partition. */
  async *failures(selection: Selection, span: TopicSpan): AsyncGenerator<Found> {
    const seen = new SeenFailures();
    this.unreadable = 0;
    for await (const records of recordsOf(this.kafka, this.topic, span)) {
      const chosen: Failure[] = [];
      for (const record of records) {
        const letter = await this.letterIn(record);
        if (!letter || !matches(letter, selection)) continue;
        const failure = failureOf(letter);
        if (seen.add({ letterId: letter.id, number: failure.number })) chosen.push(failure);
      }
      for (let at = 0; at < chosen.length; at += LOOK_UPS_AT_ONCE)
        yield* await Promise.all(chosen.slice(at, at + LOOK_UPS_AT_ONCE).map((one) => this.withAction(one)));
    }
  }

  private async letterIn({ value }: ConsumedRecord): Promise<DeadLetter | undefined> {
    try {
      return await this.decoder.decode(value);
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      this.unreadable++;
      return undefined;
    }
  }

  private async withAction(failure: Failure): Promise<Found> {
    const action = await this.actions.of({ letterId: failure.letter.id, number: failure.number });
    return { failure, action };
  }
}
