import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { goProgram } from './go-program.js';

/** A folder with this as its `go`. */
function folderWith(script?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'navora-go-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (script !== undefined) {
    writeFileSync(join(folder, 'go'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'go'), 0o755);
  }
  return folder;
}

const bento = { name: 'bento', package: '.' };

it('says in a word why there is no program', async () => {
  expect(await goProgram(bento, [folderWith()])).toEqual({ missing: 'Go is not installed' });
  expect(await goProgram(bento, [folderWith('echo broken; exit 1')])).toEqual({
    missing: 'Go does not run: broken',
  });
  const tooOld = folderWith(`[ "$1" = version ] && echo "go version go1.20" && exit
echo 'go: go.mod requires go >= 1.26.5 (running go 1.20)' >&2; exit 1`);
  expect(await goProgram(bento, [tooOld])).toEqual({
    missing: 'it cannot be built: go: go.mod requires go >= 1.26.5 (running go 1.20)',
  });
});
