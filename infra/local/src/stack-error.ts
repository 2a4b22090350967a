/** A failure the user can do something about. The message is one sentence that says what; it is shown without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
