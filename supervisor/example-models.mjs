// @ts-check
/** The example study's two small models. `node supervisor/example-models.mjs` prepares them by hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isProgram } from "./paths.mjs";
import { runCommand } from "./python/run-command.mjs";
import { studioCacheFolder } from "./python/studio-cache.mjs";
import { showInTerminal } from "./python/terminal-progress.mjs";
import { ensurePythonEnvironment, runnerEnvironment } from "./python-environment.mjs";
import { Refusal } from "./refusal.mjs";

/** Each model's name, which is its folder's too, and its share of the whole work. */
const MODELS = ["smollm2-135m-instruct", "multilingual-e5-small"];

/**
 * @typedef {object} ExampleModel
 * @property {string} name `smollm2-135m-instruct` (causal LM) or `multilingual-e5-small` (encoder)
 * @property {string} folder in Hugging Face's layout
 * @property {string} digest of the folder, as in docs/runner-contract.md
 * @property {number} bytes
 */

/**
 * @typedef {object} ModelProgress
 * @property {"waiting" | "downloading" | "converting" | "checking" | "ready"} phase
 * @property {number | null} fraction of this phase
 * @property {string} messageKey for the interface's texts
 * @property {string} detail the model's name
 */

/**
 * The example models in the cache, prepared first where they are missing: 180 MB of downloads, half a minute.
 * @param {{ python: string, onProgress?: (progress: ModelProgress) => void, signal?: AbortSignal }} options
 * @returns {Promise<ExampleModel[]>}
 */
export async function ensureExampleModels({ python, onProgress = () => {}, signal }) {
  const cache = join(studioCacheFolder(), "example-models");
  const { code, lastLines } = await runCommand(python, ["-m", "definemed_runner.example_models", "--cache", cache], {
    environment: { ...runnerEnvironment(), DEFINEMED_DIE_WITH_PARENT: "1" },
    signal,
    onLine: (line) => {
      const progress = readProgressLine(line);
      if (progress) onProgress(progress);
    },
  });
  if (code !== 0) throw explain(lastLines);
  return MODELS.map((name) => {
    const { digest, bytes } = JSON.parse(readFileSync(join(cache, `${name}.complete.json`), "utf8"));
    return { name, folder: join(cache, name), digest, bytes };
  });
}

/**
 * @param {string} line of the runner's output
 * @returns {ModelProgress | undefined} undefined for other lines
 */
export function readProgressLine(line) {
  const { model, phase, done, total } = parse(line) ?? {};
  if (!model || !phase) return undefined;
  return {
    phase,
    fraction: phase === "waiting" ? null : done / total,
    messageKey: `exampleModels.${phase}`,
    detail: model,
  };
}

/**
 * @param {string[]} lastLines
 */
export function explain(lastLines) {
  const mistake = parse(lastLines.at(-1) ?? "");
  if (mistake?.code && mistake.message) return new Refusal(mistake.message);
  return new Error(`The example models could not be prepared.\n${lastLines.join("\n")}`);
}

/** @param {string} line */
function parse(line) {
  try {
    const value = JSON.parse(line);
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

if (isProgram(import.meta.url)) {
  await showInTerminal(
    async (options) => ensureExampleModels({ ...(await ensurePythonEnvironment(options)), ...options }),
    (models) => models.map((model) => `${model.folder}  ${model.digest}`).join("\n"),
  );
}
