// Below the loader that compiles TypeScript: what it reads of the mutant's file is the mutant.
import { fileURLToPath } from 'node:url';
import { chosenMutation } from './chosen-mutant.mjs';

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!url.startsWith('file:') || !url.endsWith('.ts') || !loaded.source) return loaded;
  const source = chosenMutation(fileURLToPath(url), Buffer.from(loaded.source).toString());
  return source === undefined ? loaded : { ...loaded, source };
}
