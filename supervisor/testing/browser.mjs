// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Refusal } from "../refusal.mjs";
import { runToEnd } from "../steps/run.mjs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The browser for the end-to-end tests: the system's own, or the one that STUDIO_TEST_BROWSER names.
 * @returns {string | undefined}
 */
export function findBrowser() {
  return [process.env.STUDIO_TEST_BROWSER, ...PLACES].find((path) => path && existsSync(path));
}

/**
 * Installs the system's browser where we may.
 * @param {import("../session/session.mjs").Session} session
 */
export async function ensureBrowser(session) {
  if (findBrowser()) return;
  const hasApt = spawnSync("apt-get", ["--version"]).status === 0;
  if (process.getuid?.() !== 0 || !hasApt) {
    throw new Refusal(
      "The end-to-end tests need Chromium. Install it (on Debian and Ubuntu: sudo apt-get install chromium), " +
        "or set STUDIO_TEST_BROWSER to a Chrome or Chromium.",
    );
  }
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  const complaint = "Chromium could not be installed from the system's packages.";
  await runToEnd(session, "browser", "apt-get", ["update"], { environment, complaint });
  const packages = ["install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"];
  await runToEnd(session, "browser", "apt-get", packages, { environment, complaint });
  if (!findBrowser()) throw new Refusal(complaint);
}
