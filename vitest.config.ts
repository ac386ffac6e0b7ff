import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    include: ["{lib,app,components,messages,worker,prisma,supervisor,example,benchmarks}/**/*.test.{ts,tsx,mjs}"],
    globalSetup: ["supervisor/testing/vitest.global-setup.mjs"],
    setupFiles: ["lib/platform/testing/environment.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    server: { deps: { inline: ["next-intl", "next-auth"] } },
  },
});
