import { InvalidArgumentError } from 'commander';

/** The value of an option that counts something. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0.');
  return Number(text);
}
