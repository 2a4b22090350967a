import { Controller, Inject, Module, type DynamicModule, type Type } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { beforeCommitOf, RecordBatch, type Assignment } from '@navora/kafka';
import { ReadingJourney } from './reading-journey.js';

/** The door: batches of readings come in here. The topic is configuration, and Nest wants its name with the class. */
function readingsControllerOf(topic: string): Type<object> {
  @Controller()
  class ReadingsController {
    constructor(@Inject(ReadingJourney) private readonly journey: ReadingJourney) {}

    @EventPattern(topic)
    takeOver(@Payload() batch: RecordBatch): void {
      this.journey.begin(batch);
    }

    @EventPattern(beforeCommitOf(topic))
    async saveLatestStates(@Payload() assignment: Assignment): Promise<void> {
      await this.journey.beforeCommit(assignment);
    }
  }
  return ReadingsController;
}

@Module({})
export class ProcessorModule {
  static of(readingsTopic: string, journey: ReadingJourney): DynamicModule {
    return {
      module: ProcessorModule,
      controllers: [readingsControllerOf(readingsTopic)],
      providers: [{ provide: ReadingJourney, useValue: journey }],
    };
  }
}
