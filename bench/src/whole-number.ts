import { InvalidArgumentError } from 'commander';

/** The value of an option that counts something. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0.');
  return Number(text);
}

/** Several, separated by commas. @throws InvalidArgumentError */
export function wholeNumbers(text: string): number[] {
  return text.split(',').map((one) => wholeNumber(one.trim()));
}
