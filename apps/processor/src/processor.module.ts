import { Controller, Inject, Module, type DynamicModule } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { RecordBatch } from '@navora/kafka';
import { TOPICS } from '@navora/schemas';
import { ReadingJourney } from './reading-journey.js';

/** The door: batches of readings come in here. */
@Controller()
export class ReadingsController {
  constructor(@Inject(ReadingJourney) private readonly journey: ReadingJourney) {}

  @EventPattern(TOPICS.readings)
  takeOver(@Payload() batch: RecordBatch): void {
    this.journey.begin(batch);
  }
}

@Module({})
export class ProcessorModule {
  static with(journey: ReadingJourney): DynamicModule {
    return {
      module: ProcessorModule,
      controllers: [ReadingsController],
      providers: [{ provide: ReadingJourney, useValue: journey }],
    };
  }
}
