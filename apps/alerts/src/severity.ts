import { SEVERITIES, type Severity } from '@navora/rules';

export function isSeverity(text: string | null): text is Severity {
  return SEVERITIES.some((severity) => severity === text);
}
