/** What a child process inherits: all but what would point it at other services than those it is given. */
export function childEnvironment(additions: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('NAVORA_'),
  );
  return { ...Object.fromEntries(inherited), ...additions };
}

/** Whether each side that is a program of ours shall write a CPU profile into its folder when it ends. */
export function isProfiling(): boolean {
  return Boolean(process.env['NAVORA_BENCH_PROFILE']);
}
