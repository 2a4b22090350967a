import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const { href } = new URL('./heap-growth.ts', import.meta.url);

/** MiB that a heap of 256 MiB holds at most, of which 30 stay alive and the rest is garbage before long. */
function largestHeap(before: string): number {
  const program = `${before}
    const alive = Array.from({ length: 30 }, () => new Array(131_072).fill(0).map(Math.random));
    const dying = [];
    let largest = 0;
    for (let n = 0; n < 2000; n++) {
      dying.push(new Array(16_384).fill(0).map(Math.random));
      if (dying.length > 20) dying.splice(0, 10);
      largest = Math.max(largest, process.memoryUsage().heapUsed);
    }
    console.log(JSON.stringify([alive.length, largest / 2 ** 20]));`;
  const load = ['--import', '@swc-node/register/esm-register', '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=256', ...load], {
    encoding: 'utf8',
  });
  // V8 would say here that it knows no such flag.
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as [number, number])[1];
}

it('lets a bounded heap grow further before all of it is searched, and not beyond its bound', () => {
  const ours = largestHeap(`import { letHeapGrow } from '${href}'; letHeapGrow();`);
  expect(ours).toBeGreaterThan(1.3 * largestHeap(''));
  expect(ours).toBeLessThan(256);
}, 30_000);
