import { collectExtras, type Reading } from '@navora/schemas';

/** Deeper than any device nests, and shallow enough that nothing that walks it can run out of stack. */
export const DEEPEST = 32;

/**
 * Names repeat their parents' names once objects are flattened, so a small body can name a long text a thousand
 * times: what all names and values may take together, four times the largest body.
 */
export const MOST_EXTRAS_BYTES = 256 * 1024;

/** With the flag u, pairs are characters, and what is left of surrogates is alone. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** Collects what has no field of its own, within bounds: Kafka must never refuse what the bridge makes of a body. */
export class Extras {
  readonly values: Reading['extras'] = {};
  private bytes = 0;

  /** @returns what is wrong with the value, if anything is. */
  add(name: string, value: unknown): string | undefined {
    const trouble = this.troubleOf(name, value, 1);
    if (trouble === undefined) collectExtras(this.values, name, value);
    return trouble;
  }

  private troubleOf(name: string, value: unknown, depth: number): string | undefined {
    if (depth > DEEPEST) return `${shortened(name)}: expected at most ${DEEPEST} levels, found more`;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return `${shortened(name)}: expected a number that a double can hold, found a larger one`;
    }
    // Avro writes UTF-8, which has no half of a surrogate pair: another text than the vehicle's would be stored.
    if (HALF_A_PAIR.test(name) || (typeof value === 'string' && HALF_A_PAIR.test(value))) {
      return `${shortened(name)}: expected Unicode, found half of a surrogate pair`;
    }
    this.bytes += Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 8);
    if (this.bytes > MOST_EXTRAS_BYTES) {
      return `${shortened(name)}: expected names and values of at most ${MOST_EXTRAS_BYTES} bytes once flattened, found more`;
    }
    if (typeof value !== 'object' || value === null) return undefined;
    const isArray = Array.isArray(value);
    for (const key in value) {
      const inner = (value as Record<string, unknown>)[key];
      // The elements of an array become one text, so their names are not written.
      const trouble = this.troubleOf(isArray ? '' : `${name}.${key}`, inner, depth + 1);
      if (trouble !== undefined) return isArray ? `${shortened(name)}${trouble}` : trouble;
    }
    return undefined;
  }
}

function shortened(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
