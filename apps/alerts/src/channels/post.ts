import type { Delivery } from './channel.js';

/** The endpoint's own final word: it cannot read this, or is gone for good. */
const FOR_GOOD = new Set([400, 410, 413, 415, 422]);

/**
 * Posts JSON once. A redirect is not followed: whoever signs for one address does not send to another.
 *
 * @throws Error when the endpoint was not reached in time, or answered with anything that may pass.
 */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Delivery> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'user-agent': 'navora-alerts', ...headers },
    redirect: 'manual',
    signal,
  });
  await response.body?.cancel();
  const answer = `answered ${response.status}`;
  if (response.ok) return { accepted: answer };
  if (FOR_GOOD.has(response.status)) return { refused: answer };
  throw new Error(answer);
}
