import kafkajs from 'kafkajs';

/** In a row: the first may be a connection that was cut, and is made again for the second. */
const FAILURES = 2;

/**
 * Whether the coordinator of our group is out of reach, as our commits learn it.
 *
 * The client (kafkajs 2.2) asks for the coordinator when it joins, and then keeps to that node also when it is dead,
 * until all its repetitions are over and it starts anew; by then somebody else has long been coordinator.
 */
export class CoordinatorWatch {
  private failures = 0;

  get isGone(): boolean {
    return this.failures >= FAILURES;
  }

  answers(): void {
    this.failures = 0;
  }

  failed(error: unknown): void {
    if (isOutOfReach(error)) this.failures++;
    else this.answers();
  }
}

/** No connection, or no longer among the living: other errors are answers, or the end of patience with a slow node. */
function isOutOfReach(error: unknown): boolean {
  const { name } = error as Error;
  return name === 'KafkaJSConnectionError' || name === 'KafkaJSBrokerNotFound';
}

/**
 * What Kafka itself answers when the coordinator is another node. Thrown at the client from within a batch or a
 * heartbeat, it makes the client look for that node and join there as the member it was.
 */
export function mustJoinAgain(why: string): Error {
  const moved = { type: 'NOT_COORDINATOR_FOR_GROUP', code: 16, retriable: true };
  return new kafkajs.KafkaJSProtocolError(Object.assign(new Error(why), moved));
}
