import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallFrame, Origin } from './cpu-profile.js';

/** What V8 itself says it was at. */
const OF_V8: Record<string, string> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'the system, on behalf of Node',
};

/** Tells whose code a frame of a bundle of ours, or of a package beside it, is. */
export class Origins {
  private readonly maps = new Map<string, SourceMap | undefined>();

  constructor(private readonly workspaceRoot: string) {}

  of({ functionName, url, lineNumber, columnNumber }: CallFrame): Origin {
    const what = functionName || '(anonymous)';
    const ofV8 = OF_V8[functionName];
    if (ofV8 !== undefined) return { owner: ofV8, what: functionName };
    if (url === '' || url.startsWith('node:')) return { owner: 'Node', what };
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const owner = packageIn(file);
    if (owner !== undefined) return { owner, what: `${what}, ${basename(file)}` };
    const source = this.sourceOf(file, lineNumber, columnNumber) ?? file;
    return { owner: 'Navora', what: `${what}, ${relative(this.workspaceRoot, source)}` };
  }

  private sourceOf(file: string, line: number, column: number): string | undefined {
    const entry = this.mapOf(file)?.findEntry(line, column);
    return entry && 'originalSource' in entry ? resolve(dirname(file), entry.originalSource) : undefined;
  }

  private mapOf(file: string): SourceMap | undefined {
    if (!this.maps.has(file)) this.maps.set(file, readMap(`${file}.map`));
    return this.maps.get(file);
  }
}

/** The innermost package that a file belongs to, if it belongs to any. */
function packageIn(file: string): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(
      JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0],
    );
  } catch {
    return undefined;
  }
}
