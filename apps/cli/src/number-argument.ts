import { InvalidArgumentError } from 'commander';

function number(text: string, fits: (value: number) => boolean, wanted: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || !fits(value)) throw new InvalidArgumentError(`It must be ${wanted}.`);
  return value;
}

export const wholeNumber = (text: string) =>
  number(text, (value) => Number.isSafeInteger(value) && value >= 0, 'a whole number');
export const aboveZero = (text: string) => number(text, (value) => value > 0, 'a number above zero');
export const atLeastZero = (text: string) => number(text, (value) => value >= 0, 'zero or more');
export const share = (text: string) => number(text, (value) => value >= 0 && value <= 1, 'between 0 and 1');
