/** A mistake that no single value shows; `at` is the path to where it is told. */
export interface CrossMistake {
  readonly at: readonly (string | number)[];
  readonly what: string;
}

/**
 * What must fit together in a notifications file. It is asked of the file as it was written, whatever else is wrong
 * with it, so that all mistakes are told at once.
 */
export function crossMistakes(raw: unknown): CrossMistake[] {
  const channels = entriesOf(valueOf(raw, 'channels'));
  const kinds = new Map(channels.map(([name, channel]) => [name, valueOf(channel, 'kind')]));
  const drivers = entriesOf(valueOf(raw, 'drivers'));
  const routes = valueOf(raw, 'routes');
  return [
    ...channels.flatMap(([name, channel]) => channelMistakes(name, channel)),
    ...(Array.isArray(routes) ? (routes as unknown[]) : []).flatMap((route, index) =>
      routeMistakes(['routes', index], route, kinds, drivers.length > 0),
    ),
  ];
}

function channelMistakes(name: string, channel: unknown): CrossMistake[] {
  const at = (key: string) => ['channels', name, key];
  const has = (key: string) => valueOf(channel, key) !== undefined;
  const kind = valueOf(channel, 'kind');
  if (kind === 'smtp' && has('user') !== has('passwordFile')) {
    const [there, missing] = has('user') ? ['user', 'passwordFile'] : ['passwordFile', 'user'];
    return [{ at: at(there), what: `${there}: means nothing without ${missing}` }];
  }
  if (kind === 'chat' && has('url') === has('urlFile'))
    return [{ at: at('url'), what: 'url: there must be exactly one of url and urlFile' }];
  return [];
}

function routeMistakes(
  path: readonly (string | number)[],
  route: unknown,
  kinds: ReadonlyMap<string, unknown>,
  hasDrivers: boolean,
): CrossMistake[] {
  const channel = valueOf(route, 'channel');
  const toDriver = valueOf(route, 'to') === 'driver';
  const addresses = valueOf(route, 'addresses');
  const mistakes: CrossMistake[] = [];
  const say = (key: string, what: string) => mistakes.push({ at: [...path, key], what: `${key}: ${what}` });
  if (typeof channel === 'string' && !kinds.has(channel)) say('channel', `there is no channel "${channel}"`);
  const kind = kinds.get(String(channel));
  if (kind === 'smtp' && !toDriver && addresses === undefined)
    say('addresses', 'an e-mail to administration needs addresses');
  if (toDriver && addresses !== undefined) say('addresses', "a driver's address stands under drivers");
  if (toDriver && !hasDrivers) say('to', 'there are no drivers in the file');
  if (kind !== 'smtp' && kind !== undefined && (toDriver || addresses !== undefined))
    say(toDriver ? 'to' : 'addresses', 'only e-mail reaches addresses and drivers');
  return mistakes;
}

function valueOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
