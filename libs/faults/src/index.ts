export { FaultyLink, type LinkOptions } from './faulty-link.js';
export { type KafkaLinks, type LinkedListener, linksToKafka } from './kafka-links.js';
export { FailingSync, SmallDisk } from './failing-disk.js';
