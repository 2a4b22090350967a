import type { TracedLog, TracedSpan, TraceHeaders } from '@navora/tracing';
import type { Change } from './alert.js';

/** To who follows the reading that made them; the span is that of the transition, which is over. */
export function tellOfChanges(
  changes: readonly Change[],
  follows: {
    span: TracedSpan | undefined;
    log: Pick<TracedLog, 'tell'> | undefined;
    headers: TraceHeaders;
  },
): void {
  const { span, log, headers } = follows;
  for (const { transition, alert } of changes) {
    const { id: alertId, vehicleId, rule } = alert;
    // Of several the last stands in the span, and each in the log.
    span?.tell({
      'navora.vehicle_id': vehicleId,
      'navora.alert_id': alertId,
      'navora.rule': rule,
      'navora.transition': transition,
    });
    log?.tell('alert_changed', headers, { alertId, vehicleId, rule, transition });
  }
  span?.end();
}
