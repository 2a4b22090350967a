/** Half a millisecond: ten times what Linux allows itself. */
const SLACK_NS = 500_000;

/**
 * The command, run so that the kernel may wake its sleeping threads up to half a millisecond late, together. The shell
 * says so of itself and then becomes the command, under the same pid. Where there is no such thing nothing changes.
 *
 * Cassandra's idle workers look for work every few microseconds to milliseconds, dozens of them, each time by a timer
 * of its own; where processors are few, everything else waits for that (ADR 27).
 */
export function withPatientTimers(command: string, args: string[]): { command: string; args: string[] } {
  const script = `echo ${SLACK_NS} 2>/dev/null >/proc/self/timerslack_ns; exec "$0" "$@"`;
  return { command: '/bin/sh', args: ['-c', script, command, ...args] };
}
