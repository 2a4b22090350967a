const GRAVE = ['high', 'critical'];

/**
 * What `npm audit --json` wrote: the findings at high or above, or why there was no answer. An answer counts the
 * vulnerabilities it knows, be it none; whatever does not is none.
 */
export function adviceIn(output) {
  const report = parsed(output);
  const counted = report?.metadata?.vulnerabilities;
  if (counted === undefined)
    return { asked: false, why: firstLine(report?.message ?? report?.error?.summary) };
  const findings = Object.values(report.vulnerabilities).flatMap(({ name, via }) =>
    via
      // A text is the name of another entry, which is the cause of this one.
      .filter((advisory) => typeof advisory === 'object' && GRAVE.includes(advisory.severity))
      .map(
        ({ severity, range, title, url }) =>
          `${name} ${range} has a ${severity} vulnerability: ${title} (${url}).`,
      ),
  );
  const grave = GRAVE.reduce((sum, severity) => sum + (counted[severity] ?? 0), 0);
  if (grave > 0 && findings.length === 0) findings.push(`npm audit counts ${grave} at high or above.`);
  return { asked: true, findings };
}

function parsed(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function firstLine(text) {
  return (text || 'no answer').split('\n')[0];
}
