// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../paths.mjs";
import { step } from "../session/terminal.mjs";
import { runToEnd } from "./run.mjs";

const SCRIPT = "example/create-example-study.ts";
const STAMP = "example-study.json";

/**
 * Makes the example study once per database.
 * @param {import("../session/session.mjs").Session} session
 * @param {{ environment: Record<string, string>, databaseIsNew: boolean }} options
 */
export async function ensureExampleStudy(session, { environment, databaseIsNew }) {
  if (!existsSync(join(repositoryRoot, SCRIPT))) return;
  if (!databaseIsNew && session.dataFolder.read(STAMP)) return;
  session.dataFolder.remove(STAMP);
  await step("Making the example study", () =>
    runToEnd(session, "example", process.execPath, [...typescriptOptions, SCRIPT], {
      environment,
      complaint: "The example study could not be made.",
    }),
  );
  session.dataFolder.write(STAMP, { made: new Date().toISOString() });
}

/** Node's options to run TypeScript that is written for the server side of React. */
export const typescriptOptions = ["--conditions=react-server", "--import", "tsx"];
