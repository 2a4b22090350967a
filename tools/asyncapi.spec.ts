import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  HEARTBEAT_HEADER,
  heartbeatHeader,
  REDRIVEN_HEADER,
  redrivenHeader,
} from '../libs/schemas/src/index.js';
import { asyncApiText, FILE } from './asyncapi/text.js';

const published = readFileSync(FILE, 'utf8');
const document = parse(published) as Node;

type Node = { [key: string]: Node };

describe('docs/asyncapi.yaml', () => {
  it('is what the schemas and names of the services make', () => {
    expect(published, 'npm run generate:asyncapi').toBe(asyncApiText());
  });

  it('is AsyncAPI 3.0', () => {
    const specification = createRequire(import.meta.url)(
      '@asyncapi/specs/schemas/3.0.0-without-$id.json',
    ) as object;
    const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
    formats.default(ajv);
    const fits = ajv.compile(specification);
    expect(fits(document), JSON.stringify(fits.errors?.slice(0, 5), null, 1)).toBe(true);
  });

  it('refers to nothing that is not there', () => {
    const targets = [...published.matchAll(/\$ref: ["']?#\/([^"'\s]+)/g)].map(([, path = '']) => path);
    expect(targets.length).toBeGreaterThan(20);
    for (const target of targets) {
      const found = target
        .split('/')
        .reduce<Node | undefined>((node, key) => resolved(node)?.[key], document);
      expect(found, target).toBeDefined();
    }
  });

  it('describes headers as the services write them', () => {
    const written = {
      heartbeat: [HEARTBEAT_HEADER, heartbeatHeader({ since: 0, upTo: 1_763_800_000_000 })],
      reading: [
        REDRIVEN_HEADER,
        redrivenHeader({ letterId: '0b9f8c1e-9f3c-4c57-8f5e-2d4c1f6a7b10', number: 12 }),
      ],
    } as const;
    for (const [message, [name, value]] of Object.entries(written)) {
      const headers = document['components']?.['messages']?.[message]?.['headers'] ?? {};
      const fits = new Ajv({ strict: false }).compile(headers);
      expect(fits({ [name]: value }), `${name}: ${value}`).toBe(true);
      expect(fits({ [name]: 'another' }), name).toBe(false);
    }
  });

  it('holds schemas that Avro understands', () => {
    const payloads = Object.values(document['components']?.['messages'] ?? {}).map(({ payload }) => payload);
    const schemas = payloads.filter((payload) => String(payload?.['schemaFormat']).includes('avro'));
    expect(schemas).toHaveLength(4);
    for (const payload of schemas)
      expect(() => avsc.Type.forSchema(payload?.['schema'] as never)).not.toThrow();
  });
});

/** What a reference stands for. */
function resolved(node: Node | undefined): Node | undefined {
  const path = node?.['$ref'] as unknown as string | undefined;
  return path
    ? path
        .slice(2)
        .split('/')
        .reduce<Node | undefined>((at, key) => at?.[key], document)
    : node;
}
