import { Partitioners, type Kafka, type Producer } from 'kafkajs';

/** A producer that never makes topics, and repeats only briefly by itself: the lane above it repeats for ever. */
export function createProducer(kafka: Kafka): Producer {
  return kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 },
  });
}
