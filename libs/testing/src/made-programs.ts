/** The services as they were bundled for this test run, by name; without them, services run from their sources. */
export function madePrograms(): Record<string, string> | undefined {
  const programs = process.env['NAVORA_TEST_PROGRAMS'];
  return programs === undefined ? undefined : (JSON.parse(programs) as Record<string, string>);
}
