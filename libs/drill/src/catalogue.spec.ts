import { expect, it } from 'vitest';
import { chosenFaults, listFaults } from './catalogue.js';

const codes = (...asked: Parameters<typeof chosenFaults>) => chosenFaults(...asked).map(({ code }) => code);

it('chooses faults at random only among those the stack has something for', () => {
  expect(codes(undefined, 3)).toEqual(expect.arrayContaining(['N1', 'N2', 'P5']));
  expect(codes(undefined, 3)).not.toContain('P9');
  expect(codes(undefined, 1)).toEqual(expect.arrayContaining(['P9', 'P5']));
  expect(codes(undefined, 1)).not.toContain('N1');
});

it('refuses by name what the stack has nothing for, and says how to get one that has', () => {
  expect(codes(['N1', 'N2'], 3)).toEqual(['N1', 'N2']);
  expect(() => codes(['N1'], 1)).toThrow('N1 is for a stack with three nodes: navora drill --nodes 3');
  expect(() => codes(['B10'], 3)).toThrow('B10 is for a stack with one node: navora drill --nodes 1');
});

it('does not ask for nodes while nobody knows how many there are', () => {
  expect(codes(['N1', 'P9'])).toEqual(['P9', 'N1']);
  expect(() => codes(['Q9'])).toThrow('there is no fault Q9');
});

it('lists what a fault needs', () => {
  expect(listFaults()).toMatch(/^N1 .*\[three nodes\]$/m);
  expect(listFaults()).toMatch(/^K1 .*\[only by name\] \[one node\]$/m);
});
