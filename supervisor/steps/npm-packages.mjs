// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../paths.mjs";
import { step } from "../session/terminal.mjs";
import { runToEnd } from "./run.mjs";
import { digestOf, readStamp, writeStamp } from "./stamp.mjs";

const STAMP = "node_modules/.studio-installed";

/**
 * Installs the npm packages when package.json, the lock, or the platform is another than at the last time.
 * `npm install`, not `npm ci`: the latter fails where a registry lacks an optional package of some other platform.
 * @param {import("../session/session.mjs").Session} session
 */
export async function ensureNpmPackages(session) {
  const wanted = () =>
    `${digestOf(["package.json", "package-lock.json"])} ${process.platform} ${process.arch} ${process.versions.modules}`;
  if (readStamp(STAMP) === wanted() && existsSync(join(repositoryRoot, "node_modules/.package-lock.json"))) return;
  await step("Installing npm packages", async () => {
    const words = ["install", "--include=dev", "--no-audit", "--no-fund", "--no-progress"];
    const npm = process.env.npm_execpath;
    const [command, args] = npm ? [process.execPath, [npm, ...words]] : ["npm", words];
    await runToEnd(session, "npm", command, args, {
      // Its install script would fetch CUDA libraries that the studio does not use; nor does it need engines or browsers.
      environment: { ONNXRUNTIME_NODE_INSTALL: "skip", PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1", CHECKPOINT_DISABLE: "1" },
      complaint:
        "The npm packages could not be installed. Check that this machine reaches an npm registry, then start again.",
    });
    writeStamp(STAMP, wanted());
  });
}
