import type { ReceivedSpan } from '@navora/testing';

/** A trace as text: each span below its parent, when it began after the first, and how long it took. */
export function renderTrace(spans: readonly ReceivedSpan[]): string {
  const beganAt = Math.min(...spans.map(({ startedAt }) => startedAt));
  const lines: string[] = [];
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined, depth: number): void => {
    const children = spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? !known.has(parentSpanId ?? '') : parentSpanId === parent,
      )
      .toSorted((one, other) => one.startedAt - other.startedAt);
    for (const { service, name, spanId, startedAt, endedAt, attributes, failure } of children) {
      const label = `${'  '.repeat(depth)}${service}: ${name}`;
      const began = `+${(startedAt - beganAt).toFixed(1)} ms`;
      const took = `${(endedAt - startedAt).toFixed(1)} ms`;
      const told = Object.entries(attributes).map(([key, value]) => `${key}=${String(value)}`);
      lines.push(
        [
          label.padEnd(36),
          began.padStart(10),
          took.padStart(10),
          '',
          ...told,
          ...(failure ? [`failed: ${failure}`] : []),
        ]
          .join(' ')
          .trimEnd(),
      );
      below(spanId, depth + 1);
    }
  };
  below(undefined, 0);
  return lines.join('\n');
}
