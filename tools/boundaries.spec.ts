import { execFileSync } from 'node:child_process';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const eslint = new ESLint({ cwd: root });
const RULE = '@nx/enforce-module-boundaries';

/** What the boundary rule says to a file with this import, at that place. */
async function refusal(file: string, imported: string): Promise<string | undefined> {
  const [result] = await eslint.lintText(`import * as it from '${imported}';\nexport { it };\n`, {
    filePath: file,
  });
  return result?.messages.find(({ ruleId }) => ruleId === RULE)?.message;
}

describe('the module boundaries', () => {
  // Without Nx's graph of the projects the rule says nothing at all, and says so in passing only.
  beforeAll(() => {
    execFileSync('npx', ['nx', 'show', 'projects'], { cwd: root, stdio: 'ignore' });
  }, 60_000);

  it.each([
    ['libs/schemas/src/intruder.ts', '@navora/runtime', 'the contracts import nothing of ours'],
    ['libs/auditor/src/intruder.ts', '@navora/schemas', 'the auditor shares no decoding with what it judges'],
    ['libs/auditor/src/intruder.ts', '@navora/rules', 'the auditor shares no rules with what it judges'],
    ['libs/auditor/src/intruder.ts', '@navora/kafka', 'the auditor shares no hash with what it judges'],
    ['libs/cassandra/src/intruder.ts', '@navora/kafka', 'the store knows no topics'],
    ['apps/mqtt-bridge/src/intruder.ts', '@navora/cassandra', 'the bridge knows no tables'],
    ['apps/processor/src/intruder.ts', '@navora/simulator', 'a service knows no simulator'],
    ['apps/processor/src/intruder.ts', '@navora/testing', 'only tests use the test library'],
    ['apps/alerts/src/intruder.ts', '../../processor/src/layout.js', 'apps never import apps'],
  ])('refuse in %s the import of %s: %s', async (file, imported) => {
    expect(await refusal(file, imported)).toBeDefined();
  });

  it.each([
    ['libs/kafka/src/guest.ts', '@navora/schemas'],
    ['apps/processor/src/guest.ts', '@navora/cassandra'],
    ['apps/processor/src/guest.spec.ts', '@navora/testing'],
    ['apps/cli/src/guest.ts', '@navora/auditor'],
  ])('allow in %s the import of %s', async (file, imported) => {
    expect(await refusal(file, imported)).toBeUndefined();
  });
});
