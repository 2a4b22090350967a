// npm run build:bundles: what goes into the images, a folder for each that needs nothing but Node.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ship, SHIPPED } from '@navora/bundling';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist/images'));
for (const name of Object.keys(SHIPPED)) {
  await ship(root, name, join(target, name));
  process.stdout.write(`${join(target, name)}\n`);
}
