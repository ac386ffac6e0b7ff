// @ts-check
/** The studio for the end-to-end tests: the demo on a data folder that begins empty each time. */
import { rmSync } from "node:fs";
import { readOptions } from "../session/command-options.mjs";

const { data } = readOptions(process.argv.slice(2), {
  usage: "e2e-studio.mjs --port PORT --data FOLDER",
  flags: ["no-walk"],
});
if (process.env.E2E_KEEP_DATA !== "1") rmSync(data, { recursive: true, force: true });
await import("../demo.mjs");
