import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { isRefusal, Refusals } from './refusals.js';

const named = (name: string, message: string, more = {}) => Object.assign(new Error(message), { name }, more);

it.each([
  [
    'kafka, a topic',
    named('KafkaJSProtocolError', 'Not authorized to access topics: [Topic authorization failed]'),
  ],
  [
    'kafka, a group',
    named('KafkaJSProtocolError', 'Not authorized to access group: Group authorization failed'),
  ],
  [
    'cassandra, a table',
    named(
      'ResponseError',
      'User navora_alerts has no SELECT permission on <table navora.layout> or any of its parents',
    ),
  ],
  [
    'cassandra, a password',
    named('NoHostAvailableError', 'All host(s) tried for query failed.', {
      innerErrors: {
        '127.0.0.1:9042': named('AuthenticationError', 'Provided username x and/or password are incorrect'),
      },
    }),
  ],
  ['a server we do not trust', named('Error', 'self-signed certificate in certificate chain')],
  ['a server that wants to see a certificate', named('Error', 'ssl/tls alert certificate required')],
  [
    'the registry',
    named('Error', 'did not answer', { cause: named('RestError', 'Request failed with status code 401') }),
  ],
  ['a registry that says it in its own words', named('RestError', 'no; Error code: 40101')],
])('%s: a refusal', (_, error) => {
  expect(isRefusal(error)).toBe(true);
});

it.each([
  ['an outage', named('KafkaJSConnectionError', 'Connection error: connect ECONNREFUSED 127.0.0.1:9092')],
  ['a timeout', named('OperationTimedOutError', 'The host 127.0.0.1 did not reply before timeout 5000 ms')],
  ['a record', named('ResponseError', 'Invalid null value in condition for column x')],
  ['no error', undefined],
])('%s is none', (_, error) => {
  expect(isRefusal(error)).toBe(false);
});

it('counts by who refused, and is there from the start', async () => {
  const registry = new Registry();
  const refusals = new Refusals(registry);
  refusals.see('kafka', named('KafkaJSProtocolError', 'Not authorized to access topics'));
  refusals.see('kafka', new Error('late'));
  const text = await registry.metrics();
  expect(text).toContain('navora_refusals_total{by="kafka"} 1');
  expect(text).toContain('navora_refusals_total{by="registry"} 0');
});
