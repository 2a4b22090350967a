import { FaultyLink } from './faulty-link.js';

/** A listener of a Kafka node that tells its clients to go to another port of the same host. */
export interface LinkedListener {
  host: string;
  listener: number;
  advertised: number;
}

export interface KafkaLinks {
  /** What clients are given instead of the real brokers. */
  brokers: string[];
  /** One per node. */
  links: FaultyLink[];
  close(): Promise<void>;
}

/**
 * Links between Kafka and its clients. A client asks any broker where the others are and goes there by itself, around
 * any link in its way: so each link stands at the very address its node gives out.
 */
export async function linksToKafka(listeners: LinkedListener[]): Promise<KafkaLinks> {
  const links: FaultyLink[] = [];
  const close = async (): Promise<void> => void (await Promise.all(links.map((link) => link.close())));
  try {
    for (const { host, listener, advertised } of listeners)
      links.push(await FaultyLink.to(host, listener, { host, port: advertised }));
  } catch (error) {
    await close();
    throw error;
  }
  return { brokers: listeners.map(({ host, advertised }) => `${host}:${advertised}`), links, close };
}
