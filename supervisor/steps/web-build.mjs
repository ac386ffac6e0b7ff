// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageCommand, repositoryRoot } from "../paths.mjs";
import { step } from "../session/terminal.mjs";
import { runToEnd } from "./run.mjs";
import { digestOf, readStamp, writeStamp } from "./stamp.mjs";

const STAMP = ".next/studio-built";
/** Without tsconfig.json, which the build itself completes. */
const SOURCES = [
  "app",
  "components",
  "lib",
  "messages",
  "public",
  "prisma/schema",
  "instrumentation.ts",
  "next.config.mjs",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
];

export const nextProgram = () => packageCommand("next");

/**
 * Builds the web application when its sources are others than at the last time.
 * @param {import("../session/session.mjs").Session} session
 */
export async function ensureWebBuild(session) {
  // The generated client follows from the schema; its own stamp in there would change nothing.
  const wanted = digestOf(SOURCES, ["lib/platform/database/generated"]);
  if (readStamp(STAMP) === wanted && existsSync(join(repositoryRoot, ".next", "BUILD_ID"))) return;
  await step("Building the web application", async () => {
    await runToEnd(session, "build", process.execPath, [nextProgram(), "build"], {
      environment: { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
      complaint: "The web application could not be built.",
    });
    writeStamp(STAMP, wanted);
  });
}
