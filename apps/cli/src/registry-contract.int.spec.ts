import { ownName } from '@navora/testing';
import { describe, expect, it } from 'vitest';
import { readingSchema } from '@navora/schemas';

// What Navora and its producers need of a schema registry, by its REST interface alone. It runs against whichever
// registry NAVORA_REGISTRY_URL names, and is what to run before another one is put in its place.

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const url = process.env['NAVORA_REGISTRY_URL'];
if (!url) throw new Error('NAVORA_REGISTRY_URL is not set: it says which registry is tried');

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const aSubject = () => `${ownName('contract')}-value`;
const register = (subject: string, schema: object) =>
  call('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(schema) });
const idOf = ({ body }: Answer) => body['id'] as number;

const v1 = readingSchema as { fields: readonly object[] };
const v2 = { ...v1, fields: [...v1.fields, { name: 'oilKpa', type: ['null', 'double'], default: null }] };
/** It cannot be read by v1's readers, nor v1 by its own. */
const broken = { ...v1, fields: [...v1.fields, { name: 'oilKpa', type: 'double' }] };

describe('registering', () => {
  it('gives an id, and the same one for the same schema, however often', async () => {
    const subject = aSubject();
    const first = await register(subject, v1);
    expect(first.status).toBe(200);
    expect(idOf(first)).toBeGreaterThan(0);
    expect(await register(subject, v1)).toMatchObject({ status: 200, body: { id: idOf(first) } });
    expect((await call('GET', `/subjects/${subject}/versions`)).body).toEqual([1]);
  });

  it('gives the same id for the same schema under another subject', async () => {
    const [one, other] = [await register(aSubject(), v1), await register(aSubject(), v1)];
    expect(idOf(one)).toBe(idOf(other));
  });

  it('counts versions from one, each with an id of its own', async () => {
    const subject = aSubject();
    const ids = [idOf(await register(subject, v1)), idOf(await register(subject, v2))];
    expect(new Set(ids).size).toBe(2);
    for (const version of [1, 2])
      expect(await call('GET', `/subjects/${subject}/versions/${version}`)).toMatchObject({
        status: 200,
        body: { subject, version, id: ids[version - 1] },
      });
    expect((await call('GET', `/subjects/${subject}/versions/latest`)).body).toMatchObject({ version: 2 });
  });
});

describe('looking up', () => {
  it('gives a schema by its id, as it was registered', async () => {
    const id = idOf(await register(aSubject(), v2));
    const { status, body } = await call('GET', `/schemas/ids/${id}`);
    expect(status).toBe(200);
    expect(JSON.parse(body['schema'] as string)).toEqual(v2);
    expect(body['schemaType'] ?? 'AVRO').toBe('AVRO');
  });

  it('tells whether a schema stands under a subject, without registering it', async () => {
    const subject = aSubject();
    const id = idOf(await register(subject, v1));
    const lookUp = (schema: object) =>
      call('POST', `/subjects/${subject}`, { schema: JSON.stringify(schema) });
    expect(await lookUp(v1)).toMatchObject({ status: 200, body: { id, version: 1, subject } });
    expect(await lookUp(v2)).toMatchObject({ status: 404, body: { error_code: 40403 } });
    expect((await call('GET', `/subjects/${subject}/versions`)).body).toEqual([1]);
  });

  it('lists its subjects', async () => {
    const subject = aSubject();
    await register(subject, v1);
    expect((await call('GET', '/subjects')).body).toContain(subject);
  });
});

describe('compatibility', () => {
  const hold = (subject: string, compatibility: string) =>
    call('PUT', `/config/${subject}`, { compatibility });

  it('is set for a subject, before it has a schema too, and is told', async () => {
    const subject = aSubject();
    // Whether it answers `compatibility` or `compatibilityLevel` is of no matter; what it then tells is.
    expect((await hold(subject, 'FULL_TRANSITIVE')).status).toBe(200);
    expect(await call('GET', `/config/${subject}`)).toMatchObject({
      status: 200,
      body: { compatibilityLevel: 'FULL_TRANSITIVE' },
    });
  });

  it('lets optional fields come, and refuses with 409 what cannot be read both ways', async () => {
    const subject = aSubject();
    await hold(subject, 'FULL_TRANSITIVE');
    await register(subject, v1);
    expect(await register(subject, broken)).toMatchObject({ status: 409 });
    expect((await register(subject, v2)).status).toBe(200);
    expect((await call('GET', `/subjects/${subject}/versions`)).body).toEqual([1, 2]);
  });

  it('counts all versions, not the newest alone', async () => {
    const subject = aSubject();
    await hold(subject, 'FULL_TRANSITIVE');
    for (const schema of [v2, v1]) expect((await register(subject, schema)).status).toBe(200);
    const otherType = {
      ...v1,
      fields: [...v1.fields, { name: 'oilKpa', type: ['null', 'string'], default: null }],
    };
    expect(await register(subject, otherType)).toMatchObject({ status: 409 });
  });

  it('is checked without registering', async () => {
    const subject = aSubject();
    await hold(subject, 'FULL_TRANSITIVE');
    await register(subject, v1);
    const verdict = async (schema: object) =>
      (
        await call('POST', `/compatibility/subjects/${subject}/versions/latest`, {
          schema: JSON.stringify(schema),
        })
      ).body['is_compatible'];
    expect(await verdict(v2)).toBe(true);
    expect(await verdict(broken)).toBe(false);
  });
});

describe('what is not there, or is no schema', () => {
  it.each([
    ['an id', '/schemas/ids/2000000000', 40403],
    ['a subject', `/subjects/${ownName('nobody')}/versions`, 40401],
    ['a subject with that version', `/subjects/${ownName('nobody')}/versions/1`, 40401],
  ])('%s is a 404 with a code of its own', async (_what, path, code) => {
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { error_code: code } });
  });

  it('a version of a subject is another', async () => {
    const subject = aSubject();
    await register(subject, v1);
    expect(await call('GET', `/subjects/${subject}/versions/7`)).toMatchObject({
      status: 404,
      body: { error_code: 40402 },
    });
  });

  it('a schema that is none is refused with 422', async () => {
    const subject = aSubject();
    const refused = await call('POST', `/subjects/${subject}/versions`, { schema: '{"type":"nonsense"}' });
    expect(refused).toMatchObject({ status: 422, body: { error_code: 42201 } });
    expect((await call('GET', `/subjects/${subject}/versions`)).status).toBe(404);
  });
});
