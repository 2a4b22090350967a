export { bundle } from './bundle.mjs';
export { freshProgram } from './fresh-program.mjs';
export { ship, SHIPPED } from './shipped.mjs';
