import { expect, it } from 'vitest';
import { parseRedriven, redrivenHeader } from './redrive.js';

const letterId = '9b9f8c1e-9f3c-5c57-8f5e-2d4c1f6a7b10';

it('a redriven message names its dead letter, and which redrive it was', () => {
  expect(redrivenHeader({ letterId, number: 2 })).toBe(`${letterId}/2`);
  expect(parseRedriven(`${letterId}/2`)).toEqual({ letterId, number: 2 });
});

it.each([
  undefined,
  '',
  letterId,
  `${letterId}/0`,
  `${letterId}/1234567`,
  `${letterId}/1/1`,
  `x${letterId}/1`,
])('a header that is not ours is none: %s', (text) => {
  expect(parseRedriven(text)).toBeUndefined();
});
