/** The audit could not be made: a service is unreachable, or a file unreadable. Says nothing about the promises. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}
