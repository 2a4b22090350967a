import { Controller, Inject, type Type } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { beforeCommitOf, RecordBatch, type Assignment } from '@navora/kafka';
import { SignalJourney } from './signal-journey.js';

/** The topic is configuration, and Nest wants its name when the class is made. */
export function signalsControllerOf(topic: string): Type<object> {
  @Controller()
  class SignalsController {
    constructor(@Inject(SignalJourney) private readonly journey: SignalJourney) {}

    @EventPattern(topic)
    take(batch: RecordBatch): void {
      this.journey.take(batch);
    }

    @EventPattern(beforeCommitOf(topic))
    async saveMarks(assignment: Assignment): Promise<void> {
      await this.journey.beforeCommit(assignment);
    }
  }
  return SignalsController;
}
