import { hostname, userInfo } from 'node:os';

/** Who acts, unless they say otherwise. */
export function defaultBy(): string {
  return `${userInfo().username}@${hostname()}`;
}
