export interface DrillProgress {
  /** A line that stays. */
  tell(line: string): void;
  /** How things stand now. */
  show(line: string): void;
  end(): void;
}

interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

const LINE_EVERY_MS = 5000;

/** On a terminal the figures are one line kept up to date; otherwise a line every few seconds. */
export function drillProgress(output: Output, now: () => number = Date.now): DrillProgress {
  let shown = '';
  let lineAt = -Infinity;
  const clear = () => {
    if (shown) output.write('\r\u001b[K');
    shown = '';
  };
  return {
    tell(line) {
      const before = shown;
      clear();
      output.write(`${line}\n`);
      if (before) output.write((shown = before));
    },
    show(line) {
      if (output.isTTY) {
        clear();
        output.write((shown = line));
      } else if (now() - lineAt >= LINE_EVERY_MS) {
        lineAt = now();
        output.write(`${line}\n`);
      }
    },
    end: clear,
  };
}
