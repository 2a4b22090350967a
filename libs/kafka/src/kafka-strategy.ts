import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { Kafka } from 'kafkajs';
import { lastValueFrom } from 'rxjs';
import { GroupConsumer, type GroupConsumerOptions } from './group-consumer.js';
import type { Assignment, RecordBatch } from './record-batch.js';

/** The pattern of a handler that is called before a partition of the topic is committed, with its assignment. */
export function beforeCommitOf(topic: string): string {
  return `${topic}/before-commit`;
}

const BEFORE_COMMIT = '/before-commit';

export type KafkaStrategyOptions = Omit<GroupConsumerOptions, 'topics' | 'onBatch' | 'beforeCommit'> & {
  drainTimeoutMs: number;
};

/**
 * Nest's transport for our consumers. Nest's own Kafka transport runs one message at a time and commits by
 * itself; here an ordinary `@EventPattern(topic)` controller receives a `RecordBatch` and resolves its records
 * whenever they are done, and the offset follows.
 */
export class KafkaStrategy extends Server implements CustomTransportStrategy {
  private consumer: GroupConsumer | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: KafkaStrategyOptions,
  ) {
    super();
  }

  /** The consumer, once the application listens. */
  get group(): GroupConsumer | undefined {
    return this.consumer;
  }

  listen(callback: (error?: unknown) => void): void {
    const topics = [...this.messageHandlers.keys()].filter((pattern) => !pattern.endsWith(BEFORE_COMMIT));
    this.consumer = new GroupConsumer(this.kafka, {
      ...this.options,
      topics,
      onBatch: (batch) => this.dispatch(batch.assignment.topic, batch),
      beforeCommit: (assignment) => this.dispatch(beforeCommitOf(assignment.topic), assignment),
    });
    this.consumer.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.consumer?.stop(this.options.drainTimeoutMs);
  }

  /** Nest wants these of every transport; ours has neither events of its own nor an inner client to show. */
  on(): void {
    throw new Error('the Kafka strategy has no events to listen to');
  }

  unwrap<T>(): T {
    return this.kafka as T;
  }

  private async dispatch(pattern: string, payload: RecordBatch | Assignment): Promise<void> {
    // Nest's own way to look it up first tries to read each pattern as JSON, for every batch.
    const handler: MessageHandler | undefined = this.messageHandlers.get(pattern);
    if (!handler) return;
    const answer = this.transformToObservable(await handler(payload));
    await lastValueFrom(answer, { defaultValue: undefined });
  }
}
