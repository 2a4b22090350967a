import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { mustJoinAgain, CoordinatorWatch } from './coordinator-watch.js';

const refused = () =>
  new kafkajs.KafkaJSConnectionError('Connection error: connect ECONNREFUSED 127.0.0.1:9092');
const unknown = () => Object.assign(new Error('Broker 1 not found'), { name: 'KafkaJSBrokerNotFound' });
const timedOut = () => Object.assign(new Error('Request timed out'), { name: 'KafkaJSRequestTimeoutError' });

function after(...errors: (Error | undefined)[]): boolean {
  const watch = new CoordinatorWatch();
  for (const error of errors) {
    if (error) watch.failed(error);
    else watch.answers();
  }
  return watch.isGone;
}

it('one lost connection is no lost coordinator', () => {
  expect(after(refused())).toBe(false);
});

it('a coordinator that cannot be reached twice is gone', () => {
  expect(after(refused(), refused())).toBe(true);
  expect(after(refused(), unknown())).toBe(true);
});

it('one that answers in between is there', () => {
  expect(after(refused(), undefined, refused())).toBe(false);
});

it('one that is slow is there', () => {
  expect(after(refused(), timedOut(), refused())).toBe(false);
});

it('the client takes our error for the one of Kafka', () => {
  expect(mustJoinAgain('the coordinator is out of reach')).toMatchObject({
    name: 'KafkaJSProtocolError',
    type: 'NOT_COORDINATOR_FOR_GROUP',
  });
});
