import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Tools } from './deploy/tools.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'navora-tools-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('says what a tool is missing that cannot be had, and leaves nothing half of it', async () => {
  vi.stubEnv('PATH', folder);
  await expect(new Tools(join(folder, 'tools')).path('hadolint')).rejects.toThrow(
    'there is no python3 on this machine',
  );
  await expect(new Tools(join(folder, 'tools')).path('promtool')).rejects.toThrow(
    'there is no apt-get on this machine',
  );
  expect(existsSync(join(folder, 'tools')) && readdirSync(join(folder, 'tools'))).toEqual([]);
});
