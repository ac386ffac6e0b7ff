import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runCommand } from "../../supervisor/python/run-command.mjs";
import { studioCacheFolder } from "../../supervisor/python/studio-cache.mjs";
import { pipConfiguration, uvEnvironment } from "../../supervisor/python/uv.mjs";
import { ensurePythonEnvironment, runnerEnvironment } from "../../supervisor/python-environment.mjs";

/** What the runner is set beside; PyTorch and transformers are the versions that the runner itself has. */
const packages = [
  "mergekit==0.1.5",
  "lm-eval==0.4.13",
  "torch==2.15.0",
  "transformers==5.23.0",
  "numpy==2.4.6",
  "safetensors==0.8.0",
];

export type Pythons = { runner: string; reference: string };

/**
 * The runner's Python and one with the tools that it is set beside, which is made in `folder` unless it is there
 * already: about 6 GB, by the project's own installer from the package index that pip is told about.
 */
export async function ensurePythons(folder: string): Promise<Pythons> {
  const { python: runner } = await ensurePythonEnvironment();
  const environment = path.join(folder, "reference-tools");
  const reference = path.join(environment, "bin", "python");
  const done = path.join(environment, `installed-${packages.join("-")}`);
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    rmSync(environment, { recursive: true, force: true });
    const uv = path.join(path.dirname(runner), "uv");
    const settings = uvEnvironment(await pipConfiguration(runner), studioCacheFolder());
    for (const args of [
      ["venv", "--python", runner, environment],
      ["pip", "install", "--python", reference, ...packages],
    ]) {
      const { code, lastLines } = await runCommand(uv, args, { environment: settings });
      if (code !== 0) throw new Error(`uv ${args[0]} ended with ${code}\n${lastLines.join("\n")}`);
    }
    writeFileSync(done, "");
  }
  return { runner, reference };
}

/** Both sides get the same processor cores and stay off the network. */
export function pythonEnvironment(threads: number): NodeJS.ProcessEnv {
  return {
    ...runnerEnvironment(),
    ...{ OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: "passive", OPENBLAS_NUM_THREADS: "1" },
    ...{ HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", HF_HUB_DISABLE_TELEMETRY: "1" },
    ...{ TOKENIZERS_PARALLELISM: "true", TRANSFORMERS_VERBOSITY: "error" },
  };
}
