export { audit } from './audit.js';
export { AuditError } from './audit-error.js';
export type { Witness } from './check.js';
export type { AuditOptions, Topics } from './options.js';
export { renderReport } from './render-report.js';
export type { AuditReport, CheckResult, Totals, Verdict } from './report.js';
export { foldAlerts } from './alert-fold.js';
export type { AlertRow, BodyReading, Value } from './evidence.js';
export { parseRules, type Rule } from './rules.js';
