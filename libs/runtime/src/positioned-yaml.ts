import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';

export type Path = readonly PropertyKey[];

/** A YAML text, and where in it things stand. */
export class PositionedYaml {
  private readonly lines = new LineCounter();
  private readonly document: Document;
  private readonly mistakes: { offset: number; what: string }[] = [];

  constructor(text: string) {
    this.document = parseDocument(text, { lineCounter: this.lines });
    for (const { pos, message } of this.document.errors)
      this.mistakes.push({ offset: pos[0], what: message.split('\n')[0] ?? 'not YAML' });
  }

  get isWrong(): boolean {
    return this.mistakes.length > 0;
  }

  /** The plain values. */
  get content(): unknown {
    return this.document.toJS();
  }

  /** At the value; where there is none, at what it would belong to. */
  mistakeAt(path: Path, what: string): void {
    this.mistakes.push({ offset: this.offsetOf(path), what });
  }

  mistakeAtKey(path: Path, what: string): void {
    const parent = this.nodeAt(path.slice(0, -1));
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
      : undefined;
    const range = isScalar(pair?.key) ? pair.key.range : undefined;
    this.mistakes.push({ offset: range ? range[0] : this.offsetOf(path), what });
  }

  /** In the order of the text, each once: `line 3, column 12: …`. */
  mistakesInOrder(): string[] {
    const inOrder = [...this.mistakes].sort((one, other) => one.offset - other.offset);
    const told = inOrder.map(({ offset, what }) => {
      const { line, col } = this.lines.linePos(offset);
      return `line ${line || 1}, column ${col || 1}: ${what}`;
    });
    return [...new Set(told)];
  }

  private offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const range = this.nodeAt(path.slice(0, length))?.range;
      if (range) return range[0];
    }
    return this.document.contents?.range?.[0] ?? 0;
  }

  private nodeAt(path: Path): Node | undefined {
    let node: unknown = this.document.contents;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(this.document);
      node = isCollection(node) ? node.get(key, true) : undefined;
    }
    return (node ?? undefined) as Node | undefined;
  }
}
