import { durationText } from '@navora/runtime';
import type { ReadingCondition, Rule, SingleCondition, Terms } from './rule.js';

/** What a rule means, in words: for people who have just written it. */
export function sentenceOf({ id, off, overrides, ...terms }: Rule): string {
  const all = [
    off ? `${id}: is off; what it has opened clears.` : `${id} (${terms.severity}): ${meaningOf(terms)}`,
    ...overrides.map((override) => {
      if (override.off) return `For ${override.group}: off.`;
      return `For ${override.group} (${override.severity}): ${meaningOf(override)}`;
    }),
  ];
  return all.join(' ');
}

function meaningOf({ condition, timing }: Terms): string {
  if (condition.kind === 'silent') {
    const silence = durationText(condition.afterMs);
    return `an alert opens when nothing was received for ${silence}, and clears with the next reading.`;
  }
  const { breach, normal } = wordsFor(condition);
  const gap = timing?.maxGapMs ? `, with readings at most ${durationText(timing.maxGapMs)} apart` : '';
  const lasting = (ms: number) => (ms > 0 ? ` for ${durationText(ms)}${gap}` : '');
  const counted =
    timing && timing.repeatTimes > 1
      ? ` in ${timing.repeatTimes} readings within ${durationText(timing.repeatWithinMs)}`
      : lasting(timing?.forMs ?? 0);
  const sentences = [
    `an alert opens when ${breach}${counted},`,
    `and clears when ${normal}${lasting(timing?.clearForMs ?? 0)}.`,
  ];
  if (timing && timing.reopenWithinMs > 0)
    sentences.push(`A breach that begins within ${durationText(timing.reopenWithinMs)} opens it again.`);
  return sentences.join(' ');
}

interface Words {
  breach: string;
  normal: string;
}

function wordsFor(condition: ReadingCondition): Words {
  if (!('conditions' in condition)) return wordsForOne(condition);
  const words = condition.conditions.map(wordsForOne);
  const [opens, clears] = condition.kind === 'all-of' ? [' and ', ' or '] : [' or ', ' and '];
  return {
    breach: words.map(({ breach }) => breach).join(opens),
    normal: words.map(({ normal }) => normal).join(clears),
  };
}

function wordsForOne(condition: SingleCondition): Words {
  switch (condition.kind) {
    case 'above': {
      const { measurement, threshold, clear } = condition;
      return {
        breach: `${measurement} is above ${threshold}`,
        normal: `${measurement} is ${clear} or below`,
      };
    }
    case 'below': {
      const { measurement, threshold, clear } = condition;
      return {
        breach: `${measurement} is below ${threshold}`,
        normal: `${measurement} is ${clear} or above`,
      };
    }
    case 'outside': {
      const { measurement, low, high, clearLow, clearHigh } = condition;
      return {
        breach: `${measurement} is below ${low} or above ${high}`,
        normal: `${measurement} is from ${clearLow} to ${clearHigh}`,
      };
    }
    case 'equals': {
      const { measurement, value } = condition;
      return { breach: `${measurement} is ${value}`, normal: `${measurement} is ${!value}` };
    }
    case 'inside-place':
      return { breach: `it is inside ${condition.name}`, normal: `it is outside` };
    case 'outside-place':
      return { breach: `it is outside ${condition.name}`, normal: `it is inside` };
  }
}
