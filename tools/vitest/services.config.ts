import { defineConfig } from 'vitest/config';
import { onRealServices } from '../../vitest.base.js';

/** What `npm test` runs on real services: the integration tests and the short fault tests, on one stack. */
export default defineConfig(onRealServices('services'));
