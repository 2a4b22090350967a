import { defineConfig } from 'vitest/config';
import { onRealServices } from '../../vitest.base.js';

/** What strangers, thieves and hostile vehicles try, on real services. */
export default defineConfig(onRealServices('security'));
