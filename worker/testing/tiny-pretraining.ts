import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { presets } from "@/lib/compute/specs/index";
import { repositoryRoot } from "@/supervisor/paths.mjs";

/** A Llama of two million parameters and a small corpus, by the runner's own test code. */
const program = `
import sys
from pathlib import Path
from language_models.tiny_models import make_model
from language_models.training_runs import write_corpus
store = Path(sys.argv[1])
make_model(store / "models" / "tiny", 1, hidden_size=192, intermediate_size=512, num_hidden_layers=5)
write_corpus(store / "corpora" / "tiny", documents=600)
`;

/** Where a worker dies in the middle of a tick, half a minute goes by before the next takes the run up: longer than that. */
export const steps = 160;

export function makeTinyModelAndCorpus(python: string, storeFolder: string): void {
  mkdirSync(storeFolder, { recursive: true });
  const runner = path.join(repositoryRoot, "runner");
  execFileSync(python, ["-c", program, storeFolder], {
    env: {
      ...process.env,
      PYTHONPATH: `${runner}/src:${runner}/tests`,
      OMP_WAIT_POLICY: "passive",
      HF_HUB_OFFLINE: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Long enough to be killed in the middle, with checkpoints often enough to go on from. */
export const tinyPretraining = {
  kind: "pretrain" as const,
  name: "Tiny",
  seed: 1,
  inputs: {
    corpus: { address: "store:corpora/tiny", digest: null },
    base: { address: "store:models/tiny", digest: null },
  },
  parameters: {
    ...presets.pretrain.example,
    maxSteps: steps,
    sequenceLength: 128,
    sequencesPerStep: 16,
    warmupSteps: 6,
    bf16: false,
    heldOutShare: 0.05,
    checkpointEverySteps: 10,
    evaluateEverySteps: 20,
  },
  resources: { processes: 1, threads: 1 },
  edges: [],
};
