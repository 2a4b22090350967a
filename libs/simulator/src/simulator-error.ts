/** Something the person who started the run can put right; the message is one sentence for them. */
export class SimulatorError extends Error {
  override name = 'SimulatorError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error);
}
