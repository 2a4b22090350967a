import { realServices } from '@navora/testing';
import { navora } from './services.fixture.js';

const stack = () => {
  const name = realServices().stack;
  if (name === undefined)
    throw new Error('a drill breaks a stack of processes, and this one is of containers');
  return name;
};
/** A short drill on the stack of this test run. */
export const drill = (...args: string[]) =>
  navora('drill', '--stack', stack(), '--rate', '100', '--vehicles', '40', '--seed', '3', ...args);

export const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);
