import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./supervisor/testing/browser.mjs";

/**
 * The studio that the tests use is the demo itself, on a data folder and port of its own; with E2E_REUSE=1 the one that
 * runs there already.
 */
const port = Number(process.env.E2E_PORT ?? 3290);
const dataFolder = process.env.E2E_DATA ?? join(import.meta.dirname, ".studio", "e2e");

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/e2e",
  fullyParallel: false,
  // The road waits for runs half of its time: meanwhile another file's people are at work in studies of their own.
  workers: 2,
  projects: [
    { name: "road", testMatch: "road.spec.ts" },
    { name: "beside", testIgnore: ["road.spec.ts", "walked-pages.spec.ts"] },
    // Of a studio whose road was walked some time ago: E2E_REUSE=1, and --no-deps.
    { name: "walked", testMatch: "walked-pages.spec.ts", dependencies: ["road"] },
  ],
  forbidOnly: Boolean(process.env.CI),
  // For a machine that does other things too: what is broken is told later, and nothing that works fails.
  timeout: 600_000,
  expect: { timeout: 60_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: "de-DE",
    timezoneId: "Europe/Berlin",
    actionTimeout: 60_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: findBrowser(),
      // Chromium's own sandbox does not work for root.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  webServer: {
    command: `node supervisor/testing/e2e-studio.mjs --port ${port} --data ${dataFolder} --no-walk`,
    url: `http://127.0.0.1:${port}/sign-in`,
    reuseExistingServer: process.env.E2E_REUSE === "1",
    timeout: 900_000,
    stdout: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 60_000 },
  },
});
