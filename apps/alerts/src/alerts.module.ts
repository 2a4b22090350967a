import { Module, type DynamicModule } from '@nestjs/common';
import { SignalJourney } from './signal-journey.js';
import { signalsControllerOf } from './signals.controller.js';

@Module({})
export class AlertsModule {
  static of(signalsTopic: string, journey: SignalJourney): DynamicModule {
    return {
      module: AlertsModule,
      controllers: [signalsControllerOf(signalsTopic)],
      providers: [{ provide: SignalJourney, useValue: journey }],
    };
  }
}
