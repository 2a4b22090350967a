import type { Health } from '@navora/runtime';

/** Ready once everything is started, and then as long as the bridge is. */
export class Readiness implements Health {
  private bridge: Health | undefined;

  startedAs(bridge: Health): void {
    this.bridge = bridge;
  }

  notReadyBecause(): string[] {
    return (
      this.bridge?.notReadyBecause() ?? [
        'still starting: Kafka, its topics or the registry did not answer yet',
      ]
    );
  }
}
