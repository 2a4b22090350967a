import { Partitioners, type Kafka, type Producer } from 'kafkajs';

/**
 * A producer that never makes topics and never repeats: that belongs to the lanes, which say so; the client's own
 * repeating would hide an outage for minutes.
 */
export function createProducer(kafka: Kafka): Producer {
  return kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  });
}
