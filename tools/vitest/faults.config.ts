import { defineConfig } from 'vitest/config';
import { onRealServices } from '../../vitest.base.js';

/** Every fault test: the short ones of `npm test`, and the drills, which take minutes each. */
export default defineConfig(onRealServices('faults'));
