import type { ViteUserConfig } from 'vitest/config';
/** Unit tests: beside the code, in milliseconds, no service and no network. */
export declare function unitTests(name: string): ViteUserConfig;
//# sourceMappingURL=vitest.base.d.ts.map