import { expect, it } from 'vitest';
import { idProblem } from './device.js';

it('takes letters, digits, _ and - for an id, at most 64', () => {
  for (const id of ['truck-17', 'A_1', 'x'.repeat(64), 'navora', 'my-navora-1'])
    expect(idProblem(id)).toBeUndefined();
  for (const id of ['', 'a b', 'a/b', '#', 'x'.repeat(65)])
    expect(idProblem(id)).toContain('is no vehicle id');
});

it.each(['navora-bridge', 'navora-operator', 'Navora-Bridge'])(
  'takes %s for no vehicle, since it would take over the session of one of our clients',
  (id) => expect(idProblem(id)).toContain('are our own clients at the broker'),
);
