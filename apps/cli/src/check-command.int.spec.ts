import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AtRestReport } from './at-rest-report.js';
import { navora } from './services.fixture.js';

let folder: string;
let key: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-at-rest-'));
  key = join(folder, 'ca.key');
  writeFileSync(key, 'a key');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('says whose a key is, and ends with 1 for one that others may read, whoever vouches for the disk', async () => {
  chmodSync(key, 0o644);
  const { code, stdout } = await navora('check', 'at-rest', folder, '--trust-below', 'the host');
  expect(code).toBe(1);
  expect(stdout).toContain(`${key}: others may read it: chmod 600`);
  chmodSync(key, 0o600);
  const { stdout: json } = await navora('check', 'at-rest', folder, '--json');
  const { places, secrets } = JSON.parse(json) as AtRestReport;
  expect(places).toMatchObject([{ path: folder, because: expect.stringMatching(/ on /) as string }]);
  expect(secrets).toEqual([{ path: key, problem: null }]);
});

it('names a folder that is not there', async () => {
  const { code, stderr } = await navora('check', 'at-rest', join(folder, 'nothing'));
  expect(stderr).toBe(`there is no ${join(folder, 'nothing')}\n`);
  expect(code).toBe(1);
});
