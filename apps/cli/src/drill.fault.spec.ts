import { expect, it } from 'vitest';
import { drill, lastLine } from './drill.fixture.js';
import { navora } from './services.fixture.js';

it('B2, P15: a short drill kills bridge and processor under load, and every promise holds', async () => {
  const { code, stdout, stderr } = await drill('--minutes', '0.25', '--only', 'B2,P15', '--kills', '2');
  expect(stderr).toBe('');
  expect(stdout).toContain('B2   survived 1 of 1');
  expect(stdout).toContain('P15  survived 1 of 1');
  expect(lastLine(stdout)).toBe('held');
  expect(code).toBe(0);
}, 240_000);

it('lists what can be broken, and refuses what cannot', async () => {
  const listed = await navora('drill', '--list');
  expect(listed.stdout).toMatch(/^P12 +Cassandra frozen/m);
  expect(listed.code).toBe(0);
  const refused = await drill('--only', 'Q9');
  expect(refused.stderr).toContain('there is no fault Q9');
  expect(refused.code).toBe(2);
});
