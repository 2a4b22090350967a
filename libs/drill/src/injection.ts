/** One fault as it really happened. */
export interface Injection {
  code: string;
  title: string;
  what: string;
  /** ms since 1970; `to` is when it was healed. */
  from: number;
  to: number;
  /** From the heal until all services were ready and little was waiting, in ms; undefined if that never came. */
  recoveryMs?: number;
  /** What went wrong while it was made or healed. */
  failure?: string;
  /** Whether the processor was seen not ready while it lasted. */
  processorUnready: boolean;
  redelivered: number;
  /** From a vehicle's attempt until the row, the longest of what was sent while it lasted; where there is a bound. */
  heldUpMs?: number;
  mayHoldUpMs?: number;
}

export interface FaultSummary {
  code: string;
  title: string;
  injected: number;
  survived: number;
  recoveryMs: { median: number; max: number } | undefined;
  redelivered: number;
  heldUpMs: number | undefined;
}

/** By code, in the order they first occurred. */
export function summarise(injections: readonly Injection[]): FaultSummary[] {
  const codes = [...new Set(injections.map(({ code }) => code))];
  return codes.map((code) => {
    const ofCode = injections.filter((one) => one.code === code);
    const recoveries = ofCode.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b);
    return {
      code,
      title: ofCode[0]?.title ?? '',
      injected: ofCode.length,
      survived: ofCode.filter(({ recoveryMs, failure }) => recoveryMs !== undefined && !failure).length,
      recoveryMs:
        recoveries.length === 0
          ? undefined
          : { median: recoveries[recoveries.length >> 1] as number, max: recoveries.at(-1) as number },
      redelivered: ofCode.reduce((sum, { redelivered }) => sum + redelivered, 0),
      heldUpMs: longest(ofCode),
    };
  });
}

function longest(injections: readonly Injection[]): number | undefined {
  const measured = injections.flatMap(({ heldUpMs }) => heldUpMs ?? []);
  return measured.length === 0 ? undefined : Math.max(...measured);
}
