import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Gauge, type Registry } from 'prom-client';
import type { TlsFiles } from './tls-files.js';

/** Certificates are replaced while we run, but not every few seconds. */
const READ_AGAIN_AFTER_MS = 60_000;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Those towards Kafka and the registry, of a service's configuration. */
export function certificatesOfKafka(configuration: {
  kafkaCaFile: string | undefined;
  kafkaCertFile: string | undefined;
  registryCaFile: string | undefined;
}): Record<'kafka' | 'registry', TlsFiles> {
  const { kafkaCaFile, kafkaCertFile, registryCaFile } = configuration;
  return { kafka: { caFile: kafkaCaFile, certFile: kafkaCertFile }, registry: { caFile: registryCaFile } };
}

/** And towards Cassandra. */
export function certificatesOfStores(
  configuration: Parameters<typeof certificatesOfKafka>[0] & {
    cassandraCaFile: string | undefined;
    cassandraCertFile: string | undefined;
  },
): Record<'kafka' | 'registry' | 'cassandra', TlsFiles> {
  const { cassandraCaFile, cassandraCertFile } = configuration;
  return {
    ...certificatesOfKafka(configuration),
    cassandra: { caFile: cassandraCaFile, certFile: cassandraCertFile },
  };
}

/**
 * Shows when the certificates end that we show others, and those that we trust.
 *
 * @param filesTowards by whom we connect to, such as `kafka`; who has no files has no series
 */
export function gaugeCertificates(
  registry: Registry,
  filesTowards: Readonly<Record<string, TlsFiles>>,
  now: () => number = Date.now,
): void {
  let readAt = -Infinity;
  new Gauge({
    name: 'navora_certificate_not_after_seconds',
    help: 'When the first certificate of a file ends, in seconds since 1970: own is what we show, trusted whom we believe',
    labelNames: ['towards', 'kind'] as const,
    registers: [registry],
    collect() {
      if (now() - readAt < READ_AGAIN_AFTER_MS) return;
      readAt = now();
      for (const [towards, { certFile, caFile }] of Object.entries(filesTowards))
        for (const [kind, file] of [['own', certFile] as const, ['trusted', caFile] as const]) {
          const end = file === undefined ? undefined : endOf(file);
          if (end !== undefined) this.set({ towards, kind }, end / 1000);
        }
    },
  });
}

/** @returns ms since 1970; undefined for a file that cannot be read just now, or holds none. */
function endOf(file: string): number | undefined {
  try {
    const certificates = readFileSync(file, 'utf8').match(CERTIFICATE) ?? [];
    const ends = certificates.map((pem) => Date.parse(new X509Certificate(pem).validTo));
    return ends.length === 0 ? undefined : Math.min(...ends);
  } catch {
    return undefined;
  }
}
