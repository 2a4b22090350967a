import type { Client, types } from 'cassandra-driver';

const AT_ONCE = 8;

/** All rows of a query, page by page, so that no answer is larger than a page. */
export async function* pages(client: Client, query: string, parameters: unknown[]): AsyncIterable<types.Row> {
  let pageState: string | undefined;
  do {
    const options = {
      prepare: true,
      fetchSize: 2000,
      isIdempotent: true,
      ...(pageState ? { pageState } : {}),
    };
    const page = await client.execute(query, parameters, options);
    yield* page.rows;
    pageState = page.pageState ?? undefined;
  } while (pageState !== undefined);
}

/** The driver refuses too many requests at once, so they are bounded here. */
export async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = all.values();
  const worker = async () => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, worker));
}
