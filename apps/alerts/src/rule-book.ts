import { measurementsOf, type Rules } from '@navora/rules';
import type { DescribeRule } from './fold.js';

/**
 * What alerts tell about their rules when the signal does not, as those of earlier releases. A signal may name a
 * rule that the file no longer has: its alert is raised all the same, since the reading did breach the rules it
 * was judged by.
 */
export function ruleBook({ rules }: Pick<Rules, 'rules'>): DescribeRule {
  const byId = new Map(
    rules.map(({ id, severity, condition }) => {
      const [measurement = id] = measurementsOf(condition);
      return [id, { severity, measurement }] as const;
    }),
  );
  return (rule) => byId.get(rule) ?? { severity: 'warning', measurement: rule };
}
