import { Counter, type Registry } from 'prom-client';

export type Refuser = 'kafka' | 'cassandra' | 'registry';

/** Counts what others refuse us: a certificate or password that they do not take, or a right that we were not granted. */
export class Refusals {
  private readonly total: Counter<'by'>;

  constructor(registry: Registry) {
    this.total = new Counter({
      name: 'navora_refusals_total',
      help: 'What was refused us for who we are: a certificate, a password, or a right we were not granted',
      labelNames: ['by'],
      registers: [registry],
    });
    for (const by of ['kafka', 'cassandra', 'registry'] as const) this.total.inc({ by }, 0);
  }

  /** Takes any error; most are none. */
  see(by: Refuser, error: unknown): void {
    if (isRefusal(error)) this.total.inc({ by });
  }
}

/**
 * In the words of kafkajs, cassandra-driver, Confluent's registry client and OpenSSL. A driver that tried several
 * hosts keeps their answers in `innerErrors`.
 */
const REFUSED =
  /not authorized|authorization failed|has no \w+ permission|AuthenticationError|(username|password).*(incorrect|not match)|status code 40[13]|Error code: 40[13]|\balert\b|certificate|self-signed/i;

export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return typeof error === 'string' && REFUSED.test(error);
  const { innerErrors, cause } = error as { innerErrors?: Record<string, unknown>; cause?: unknown };
  return (
    REFUSED.test(`${error.name}: ${error.message}`) ||
    Object.values(innerErrors ?? {}).some(isRefusal) ||
    (cause instanceof Error && isRefusal(cause))
  );
}
