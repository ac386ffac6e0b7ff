// @ts-check
/**
 * Installs one part and reports in JSON lines on standard output: {"progress": …}, then {"result": …} or
 * {"refusal": sentence}. Called by installed-part.mjs with the part's name and the results of what it needs.
 */
import { setPriority } from "node:os";
import { ensureExampleModels } from "../example-models.mjs";
import { ensurePythonEnvironment } from "../python-environment.mjs";
import { Refusal } from "../refusal.mjs";

const LOW_PRIORITY = 10;

/** @typedef {{ onProgress: (progress: object) => void, signal: AbortSignal }} Options */

/** @type {Record<string, (given: any, options: Options) => Promise<object>>} */
const installations = {
  // The tests have an environment that holds this one and more: no second one for the studio that they start.
  python: (_given, options) =>
    ensurePythonEnvironment({ ...options, development: process.env.STUDIO_PYTHON === "development" }),
  models: async ({ python }, options) => ({ models: await ensureExampleModels({ python, ...options }) }),
};

/** @param {object} message */
const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

// The studio is being used meanwhile; children inherit this.
setPriority(LOW_PRIORITY);
const abort = new AbortController();
process.once("SIGTERM", () => abort.abort(new Refusal("The installation was interrupted.")));
const [name = "", given = "{}"] = process.argv.slice(2);
try {
  const install = installations[name];
  if (!install) throw new Refusal(`There is no part '${name}' to install.`);
  const onProgress = (/** @type {object} */ progress) => send({ progress });
  send({ result: await install(JSON.parse(given), { onProgress, signal: abort.signal }) });
} catch (error) {
  if (error instanceof Refusal) send({ refusal: error.message });
  else console.error(error);
  process.exitCode = 1;
}
