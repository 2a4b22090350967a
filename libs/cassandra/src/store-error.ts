import { errors, types } from 'cassandra-driver';

/**
 * What an error of the store says about the write:
 * - `unknown-outcome`: it may have been applied; run the same idempotent operation again
 * - `transient`: it was not applied, and will be once the store is well; try again
 * - `refused`: not to us, for want of a right or for a wrong password; it will be once somebody mends that; try again
 * - `invalid`: the store will never take this; do not try again
 * - `bug`: anything else
 *
 * Classes as seen with cassandra-driver 4.10 against Cassandra 5.0.
 */
export type StoreErrorKind = (typeof STORE_ERROR_KINDS)[number];

export const STORE_ERROR_KINDS = ['unknown-outcome', 'transient', 'refused', 'invalid', 'bug'] as const;

const { responseErrorCodes: codes } = types;

/** Protocol v5: a contended Paxos round ended without knowing its own outcome. Not among the driver's codes. */
const CAS_WRITE_UNKNOWN = 0x1700;

const KIND_OF_CODE = new Map<number, StoreErrorKind>([
  [codes.writeTimeout, 'unknown-outcome'],
  [codes.writeFailure, 'unknown-outcome'],
  [codes.serverError, 'unknown-outcome'],
  [CAS_WRITE_UNKNOWN, 'unknown-outcome'],
  [codes.unavailableException, 'transient'],
  [codes.overloaded, 'transient'],
  [codes.isBootstrapping, 'transient'],
  [codes.readTimeout, 'transient'],
  [codes.readFailure, 'transient'],
  [codes.unauthorized, 'refused'],
  [codes.badCredentials, 'refused'],
  [codes.invalid, 'invalid'],
  [codes.syntaxError, 'invalid'],
]);

/**
 * What the driver says, with a plain error, when it is to prepare a statement on a host whose connections have just
 * closed and that it still takes for up. An execution in the same moment gets a NoHostAvailableError.
 */
const NO_CONNECTION_TO_PREPARE_ON = 'No connection available';

/** The store's answer when a table is away, which says nothing about the row: no reason to give it up. */
const TABLE_AWAY = /unconfigured table|does not exist/i;

export function classifyStoreError(error: unknown): StoreErrorKind {
  if (error instanceof errors.ResponseError) {
    const kind = KIND_OF_CODE.get(error.code) ?? 'bug';
    return kind === 'invalid' && TABLE_AWAY.test(error.message) ? 'transient' : kind;
  }
  if (error instanceof errors.AuthenticationError) return 'refused';
  if (error instanceof errors.NoHostAvailableError || error instanceof errors.BusyConnectionError)
    return 'transient';
  if (error instanceof errors.OperationTimedOutError) return 'unknown-outcome';
  if (error instanceof errors.DriverError) {
    // A socket that closed before the request was written took nothing with it.
    return (error as { requestNotWritten?: boolean }).requestNotWritten ? 'transient' : 'unknown-outcome';
  }
  if (error instanceof Error && error.message === NO_CONNECTION_TO_PREPARE_ON) return 'transient';
  // The driver throws these while encoding a parameter: a value that no retry makes fit.
  if (error instanceof TypeError || error instanceof RangeError) return 'invalid';
  return 'bug';
}
