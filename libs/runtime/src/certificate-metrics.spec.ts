import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, expect, it } from 'vitest';
import { gaugeCertificates } from './certificate-metrics.js';

/** Of nobody, and nobody has its key. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUV+G7RNuqsTtMN7DLna6jGYYyRcIwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjcxNDM4NTZaGA8yMTI2MTEwMzE0Mzg1
NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABE+X
AaEnJRDF8xZJ+1cx4SZqcg0OOMLa4psxpxGQddMk0tsE53urhU7rM1nbcnb0/zG1
ZiqqrQ8DPj37zEb4GwWjUzBRMB0GA1UdDgQWBBRsbXsETErHnY6A0bska8Kf78V5
VjAfBgNVHSMEGDAWgBRsbXsETErHnY6A0bska8Kf78V5VjAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCICt03gfrWBexuladIYEo3a57AeHOUGBVJ3Q5
SMJeTpLBAiAUnQ9FQ6rdvbZpw7MUtCRUT3+vyZgACtEJz6jo+MoIow==
-----END CERTIFICATE-----`;
const ENDS = 4949390336;

const folder = mkdtempSync(join(tmpdir(), 'navora-certificates-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('tells when certificates end, follows files that are replaced, and is silent about those that cannot be read', async () => {
  const file = join(folder, 'ca.crt');
  const registry = new Registry();
  let now = 0;
  gaugeCertificates(
    registry,
    { kafka: { caFile: file, certFile: join(folder, 'none.crt') }, registry: {} },
    () => now,
  );
  const told = async () =>
    [...(await registry.metrics()).matchAll(/^navora_certificate_not_after_seconds(\{.*\}) (\d+)$/gm)].map(
      ([, labels, value]) => [labels, Number(value)],
    );
  writeFileSync(file, 'being replaced');
  expect(await told()).toEqual([]);
  writeFileSync(file, CERTIFICATE);
  now += 10_000;
  expect(await told(), 'not looked at with every scrape').toEqual([]);
  now += 60_000;
  expect(await told()).toEqual([['{towards="kafka",kind="trusted"}', ENDS]]);
});
