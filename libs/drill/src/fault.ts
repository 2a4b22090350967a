import type { NodeCount } from '@navora/local-stack';
import type { HandVehicles, Random } from '@navora/simulator';
import type { KafkaRoles } from './kafka-roles.js';
import type { Links } from './links.js';
import type { ServiceProcesses } from './service-processes.js';
import type { Digests } from './table-digest.js';

/** What a fault takes hold of. Two faults at once never take hold of the same part. */
export type Part = 'bridge' | 'processor' | 'alerts' | 'kafka' | 'cassandra' | 'mqtt' | 'registry' | 'load';

/** Ends the fault; resolves when what was broken answers again. */
export type Heal = () => Promise<void>;

/** What is in Kafka and in the tables. */
export interface Stored {
  digest(): Promise<Digests>;
  resetToEarliest(): Promise<void>;
  untilCaughtUp(): Promise<void>;
}

/** What a fault may use. */
export interface World {
  readonly stack: string;
  readonly services: ServiceProcesses;
  readonly links: Links;
  /** Vehicles beside the fleet, for what no well-made device sends. */
  readonly hands: HandVehicles;
  readonly stored: Stored;
  /** What each Kafka node is responsible for at this moment. */
  kafkaRoles(): Promise<KafkaRoles>;
  /** The fault's own numbers, the same for the same seed. */
  readonly random: Random;
  /** How long this one lasts. */
  readonly lastsMs: number;
  /** How often this drill has made the same fault before. */
  readonly turn: number;
  /** Names what exactly is done, for the fault log. */
  tell(what: string): void;
  /** A promise was seen broken. */
  broke(name: string, detail: string): void;
}

/** A way to break things, and what must hold all the same. */
export interface Fault {
  readonly code: string;
  readonly title: string;
  readonly invariants: readonly string[];
  readonly touches: readonly Part[];
  /** The shortest and the longest it lasts, in ms. */
  readonly lastsMs: readonly [number, number];
  /** Only on a stack with so many nodes: what it takes hold of is in no other. */
  readonly onNodes?: NodeCount;
  /** So long at most, in ms, a reading may wait for its row because of it, where nothing else is broken meanwhile. */
  readonly mayHoldUpMs?: number;
  /** Chosen by name only, not at random. */
  readonly onlyByName?: boolean;
  /** Takes place once, when the load is over and all is stored. */
  readonly afterLoad?: boolean;
  /** It gives nobody a reason to deliver anything twice. */
  readonly causesNoDuplicate?: boolean;
  /** The broker may lose what it has acknowledged: that is told apart from what the bridge acknowledged. */
  readonly losesAtBroker?: boolean;
  begin(world: World): Promise<Heal>;
}
