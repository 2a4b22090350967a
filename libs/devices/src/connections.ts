import type { Ending, LogLine, Refusal } from './broker-log.js';

/** What happened to the connection of a vehicle. */
export interface ConnectionChange {
  vehicleId: string;
  at: Date;
  change: 'online' | 'offline' | 'taken-over';
  /** Why it ended; `online` has none. */
  reason?: Ending;
  /** Where the connection came from that began, or took over: address and port. */
  address?: string;
}

export type Happening =
  | ConnectionChange
  | { change: 'refused'; reason: Refusal }
  | { change: 'subscribed'; vehicleId: string }
  /** Why the broker's vehicles all went offline in that moment. */
  | { change: 'broker-stopped'; at: Date; vehicles: number };

/** Connections that have not said who they are, of which it is remembered by which door they came. */
const UNNAMED = 20_000;

/**
 * Makes of a broker's words what happened to vehicles. Who is a vehicle is decided by the listener it came in by:
 * services have names and client ids of their own choice.
 */
export class Connections {
  /** Vehicles that are connected. */
  readonly online: Set<string>;
  private readonly doors = new Map<string, number>();
  private tlsFailure: Refusal | undefined;
  private replaced: { vehicleId: string; at: Date } | undefined;

  /** @param online as it was at the place in the log where the reading goes on */
  constructor(
    private readonly vehiclesListener: number,
    online: Iterable<string> = [],
  ) {
    this.online = new Set(online);
  }

  take({ at, fact }: LogLine): Happening[] {
    if (fact.kind === 'tls-failed') {
      // Of several in a row the first is the cause.
      this.tlsFailure ??= fact.refusal;
      return [];
    }
    const tlsFailure = this.tlsFailure;
    this.tlsFailure = undefined;
    switch (fact.kind) {
      case 'opened':
        this.remember(fact.from, fact.listener);
        return [];
      case 'connected':
        return this.connected(at, fact);
      case 'replaced':
        if (this.online.delete(fact.client)) this.replaced = { vehicleId: fact.client, at };
        return [];
      case 'ended':
        if (!this.online.delete(fact.client)) return [];
        return [{ vehicleId: fact.client, at, change: 'offline', reason: fact.how }];
      case 'ended-unknown':
        return [{ change: 'refused', reason: tlsFailure ?? refusalOf(fact.how) }];
      case 'refused':
        return [{ change: 'refused', reason: fact.refusal }];
      case 'subscribed':
        return this.online.has(fact.client) ? [{ change: 'subscribed', vehicleId: fact.client }] : [];
      case 'broker-started':
      case 'broker-stopped':
        return this.allOffline(at);
    }
  }

  private connected(
    at: Date,
    { client, from, user }: { client: string; from: string; user: string | undefined },
  ): Happening[] {
    const door = this.doors.get(from);
    this.doors.delete(from);
    // At the vehicles' door the name in the certificate is both.
    const isVehicle = door === undefined ? user === client : door === this.vehiclesListener;
    const happened: Happening[] = [];
    if (this.replaced?.vehicleId === client) {
      const reason = isVehicle ? 'taken-over' : 'ended-by-operator';
      happened.push({ ...this.replaced, change: 'taken-over', reason, address: from });
    }
    this.replaced = undefined;
    if (isVehicle) {
      this.online.add(client);
      happened.push({ vehicleId: client, at, change: 'online', address: from });
    }
    return happened;
  }

  /** A broker that was killed did not say so; its successor's first words do. */
  private allOffline(at: Date): Happening[] {
    const gone = [...this.online];
    this.online.clear();
    this.doors.clear();
    if (gone.length === 0) return [];
    return [
      ...gone.map((vehicleId): ConnectionChange => ({
        vehicleId,
        at,
        change: 'offline',
        reason: 'broker-stopped',
      })),
      { change: 'broker-stopped', at, vehicles: gone.length },
    ];
  }

  private remember(from: string, listener: number): void {
    this.doors.delete(from);
    this.doors.set(from, listener);
    const [oldest] = this.doors.keys();
    if (this.doors.size > UNNAMED && oldest !== undefined) this.doors.delete(oldest);
  }
}

/** Of who had a certificate that was taken, if any, and did not get as far as CONNECT. */
function refusalOf(how: Ending): Refusal {
  switch (how) {
    case 'silent':
      return 'mute';
    case 'left':
    case 'lost':
      return 'gave-up';
    case 'malformed-packet':
    case 'oversize-packet':
    case 'protocol-error':
      return 'protocol-error';
    case 'not-authorised':
      return how;
    default:
      return 'other';
  }
}

export function isConnectionChange(happening: Happening): happening is ConnectionChange {
  return ['online', 'offline', 'taken-over'].includes(happening.change);
}
