/** What a child process inherits: all but what would point it at other services than those it is given. */
export function childEnvironment(additions: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('NAVORA_'),
  );
  return { ...Object.fromEntries(inherited), ...additions };
}
