import type { Finding } from './at-rest-devices.js';

export interface PlaceReport extends Finding {
  path: string;
  /** Who says that it is encrypted, where this machine cannot tell. */
  onTheWordOf?: string;
}

export interface SecretReport {
  path: string;
  /** What is wrong with its rights; null: nothing. */
  problem: string | null;
}

export interface AtRestReport {
  places: PlaceReport[];
  secrets: SecretReport[];
  /** Folders that nobody looked into, for want of rights. */
  unseen: string[];
}

export const WRONG = 1;
export const CANNOT_TELL = 3;

/** 0: all is well; 1: something is not encrypted, or a key is readable by others; 3: something cannot be told. */
export function exitCodeOf({ places, secrets, unseen }: AtRestReport): number {
  if (places.some(({ encryption }) => encryption === 'not-encrypted')) return WRONG;
  if (secrets.some(({ problem }) => problem !== null)) return WRONG;
  const unsure = places.some(
    ({ encryption, onTheWordOf }) => encryption === 'cannot-tell' && onTheWordOf === undefined,
  );
  return unsure || unseen.length > 0 ? CANNOT_TELL : 0;
}

/** What cannot be told is taken on somebody's word, if there is one. What is not encrypted is not. */
export function taken(path: string, finding: Finding, word: string | undefined): PlaceReport {
  const onTheWordOf = finding.encryption === 'cannot-tell' ? word : undefined;
  return { path, ...finding, ...(onTheWordOf !== undefined && { onTheWordOf }) };
}

const WORDS = { encrypted: 'encrypted', 'not-encrypted': 'NOT encrypted', 'cannot-tell': 'cannot tell' };

export function reportLines(report: AtRestReport): string[] {
  const { places, secrets, unseen } = report;
  const wrong = secrets.filter(({ problem }) => problem !== null);
  return [
    ...places.map(({ path, encryption, because, onTheWordOf }) => {
      const how = onTheWordOf === undefined ? WORDS[encryption] : `on the word of ${onTheWordOf}`;
      return `${how.padEnd(13)}  ${path}: ${because}`;
    }),
    ...wrong.map(({ path, problem }) => `${'rights'.padEnd(13)}  ${path}: ${problem}`),
    ...unseen.map((path) => `${WORDS['cannot-tell'].padEnd(13)}  ${path}: may not be looked into`),
    `${secrets.length - wrong.length} of ${secrets.length} files of keys and passwords are their owner's alone`,
    VERDICTS[exitCodeOf(report)] ?? '',
  ];
}

const VERDICTS: Record<number, string> = {
  0: 'nothing to mend',
  [WRONG]: 'to be mended: docs/at-rest.md says how',
  [CANNOT_TELL]:
    'this machine cannot tell all of it: look there, and say who vouches for it (--trust-below "EBS, key alias/navora")',
};
