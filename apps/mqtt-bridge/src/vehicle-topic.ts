import { isVehicleId, type VehicleId } from '@navora/schemas';

const PLACE = '{vehicleId}';

/**
 * What a topic pattern must be: `{vehicleId}` as exactly one whole level, and otherwise plain text. Wildcards
 * would make two bridges overlap, and a shared subscription (`$share/…`) spreads a vehicle's messages over
 * several clients: either way its order is lost.
 */
export const TOPIC_PATTERN = /^(?!\$)(?:[^+#{}/]*\/)*\{vehicleId\}(?:\/[^+#{}/]*)*$/;

/** The topics vehicles publish to, as a pattern such as `vehicles/{vehicleId}/telemetry`. */
export class VehicleTopic {
  private readonly before: string;
  private readonly after: string;

  constructor(pattern: string) {
    if (!TOPIC_PATTERN.test(pattern)) throw new RangeError(`"${pattern}" is not a topic pattern`);
    const at = pattern.indexOf(PLACE);
    this.before = pattern.slice(0, at);
    this.after = pattern.slice(at + PLACE.length);
  }

  /** What to subscribe to. */
  get filter(): string {
    return `${this.before}+${this.after}`;
  }

  /** @returns undefined if the topic is none of ours, or names no valid vehicle id. */
  vehicleOf(topic: string): VehicleId | undefined {
    if (!topic.startsWith(this.before) || !topic.endsWith(this.after)) return undefined;
    const id = topic.slice(this.before.length, topic.length - this.after.length);
    return isVehicleId(id) ? id : undefined;
  }
}
