import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import type { Rules } from './rule.js';
import { loadRules, WrongRules } from './rules-file.js';

export interface RulesNews {
  /** The file means something else than before, and that is in force now. */
  taken(rules: Rules, before: Rules): void;
  /** The file is wrong, or gone: what was in force stays. Told once for each wrong content. */
  refused(error: WrongRules): void;
}

/** Writers write in pieces, and move several files at once. */
const SETTLE_MS = 200;
/** For file systems that tell nobody of changes. */
const LOOK_EVERY_MS = 10_000;

/**
 * The rules of a file as they are now. The folder is watched, not the file: editors and Kubernetes put another
 * file, or another link, in its place.
 */
export class RulesInForce {
  private rules: Rules;
  private complaint: string | undefined;
  private watcher: FSWatcher | undefined;
  private settling: NodeJS.Timeout | undefined;
  private looking: NodeJS.Timeout | undefined;

  /** @throws WrongRules: without rules nothing can begin. */
  constructor(
    private readonly path: string,
    private readonly news: RulesNews,
  ) {
    this.rules = loadRules(path);
  }

  get current(): Rules {
    return this.rules;
  }

  /** The file says something that is not in force. */
  get isRefused(): boolean {
    return this.complaint !== undefined;
  }

  start(): void {
    this.looking = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.looking.unref();
    try {
      this.watcher = watch(dirname(this.path), { persistent: false }, () => this.lookSoon());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // It is looked at every now and then all the same.
    }
    this.look();
  }

  stop(): void {
    clearInterval(this.looking);
    clearTimeout(this.settling);
    this.watcher?.close();
  }

  private lookSoon(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.look(), SETTLE_MS);
    this.settling.unref();
  }

  private look(): void {
    const found = this.read();
    if ('refused' in found) {
      if (found.refused.message === this.complaint) return;
      this.complaint = found.refused.message;
      this.news.refused(found.refused);
      return;
    }
    this.complaint = undefined;
    const before = this.rules;
    if (found.rules.version === before.version) return;
    this.rules = found.rules;
    this.news.taken(found.rules, before);
  }

  private read(): { rules: Rules } | { refused: WrongRules } {
    try {
      return { rules: loadRules(this.path) };
    } catch (error) {
      if (error instanceof WrongRules) return { refused: error };
      throw error;
    }
  }
}

/** Rules that are gone: what they opened stays open, since no reading will be judged by them. */
export function removedIn(rules: Rules, before: Rules): string[] {
  const ids = new Set(rules.rules.map(({ id }) => id));
  return before.rules.map(({ id }) => id).filter((id) => !ids.has(id));
}
