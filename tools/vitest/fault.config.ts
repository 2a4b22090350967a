import { defineConfig } from 'vitest/config';
import { onRealServices } from '../../vitest.base.js';

/** Tests that kill and cut things while the promises are checked. */
export default defineConfig(onRealServices('fault'));
