import { errors } from 'cassandra-driver';
import { expect, it } from 'vitest';
import { classifyStoreError } from './store-error.js';

// The driver declares its error classes abstract, though it makes instances of them.
const make = (kind: keyof typeof errors, ...args: unknown[]): Error => Reflect.construct(errors[kind], args);
const response = (code: number, message = 'answer') => make('ResponseError', code, message);

it.each([
  ['a conditional write that timed out', response(0x1100), 'unknown-outcome'],
  ['a Paxos round that ended unknown', response(0x1700), 'unknown-outcome'],
  ['too few replicas', response(0x1000), 'transient'],
  ['an overloaded node', response(0x1001), 'transient'],
  ['a row the store calls invalid', response(0x2200), 'invalid'],
  ['a table that is away', response(0x2200, 'unconfigured table readings'), 'transient'],
  ['a role without the grant', response(0x2100), 'refused'],
  [
    'a wrong password',
    make('AuthenticationError', 'Provided username and/or password are incorrect'),
    'refused',
  ],
  ['no host', make('NoHostAvailableError', {}, 'none'), 'transient'],
  ['no connection to prepare on', new Error('No connection available'), 'transient'],
  ['no answer in time', make('OperationTimedOutError', 'late', '127.0.0.1'), 'unknown-outcome'],
  ['a connection that broke', make('DriverError', 'Socket was closed'), 'unknown-outcome'],
  [
    'a connection that broke before the write',
    Object.assign(make('DriverError', 'Socket was closed'), { requestNotWritten: true }),
    'transient',
  ],
  ['a value the driver cannot encode', new TypeError('Not a valid blob'), 'invalid'],
  ['anything else', new Error('?'), 'bug'],
])('%s', (_, error, kind) => {
  expect(classifyStoreError(error)).toBe(kind);
});
