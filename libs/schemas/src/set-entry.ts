const PLAIN = { configurable: true, enumerable: true, writable: true };

/** An entry of whatever name: an assignment to `__proto__` would set the prototype, and the entry be lost. */
export function setEntry<T>(entries: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') Object.defineProperty(entries, name, { ...PLAIN, value });
  else entries[name] = value;
}
