import { defineConfig } from 'vitest/config';
import { unitTests } from '../../vitest.base.js';

export default defineConfig(unitTests('tracing'));
