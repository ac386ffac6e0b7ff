import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { type RunKind, runKinds } from "@/lib/compute/specs/index";
import type { StartRunInput } from "@/lib/compute/start-run";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { StudyActor } from "@/lib/studies/actor";
import { repositoryRoot } from "@/supervisor/paths.mjs";

/**
 * The runner's own small runs, one a kind, with ids and columns as the studio writes them; the classifier that filters
 * is trained on the way. Prints what each kind takes, with addresses in the store.
 */
const program = `
import json, sys, uuid
from pathlib import Path
import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
from definemed_runner.run.store import Store
from planned_runs import plan_runs
from support import run_here, write_attempt

store = Store(Path(sys.argv[1]))
planned = plan_runs(store.root / "planned")
documents = planned["train-classifier"][0]["documents"]
table = pq.read_table(documents)
ids = pa.array([str(uuid.uuid5(uuid.NAMESPACE_URL, each)) for each in table["id"].to_pylist()])
pq.write_table(table.set_column(0, "id", ids), documents)
for shard in planned["classify-corpus"][0]["corpus"].iterdir():
    rows = pq.read_table(shard)
    for name in ("source", "language"):
        rows = rows.append_column(name, pa.array(["made"] * rows.num_rows))
    pq.write_table(rows.append_column("characters", pc.cast(pc.utf8_length(rows["text"]), pa.int64())), shard)
folder = write_attempt(store, "train-classifier", *planned["train-classifier"], run_id="planned")
assert run_here(store, "planned") == 0
planned["classify-corpus"][0]["classifier"] = folder / "outputs" / "onnx"
print(json.dumps({
    kind: {
        "inputs": {name: {"address": store.address_of(path), "digest": None} for name, path in inputs.items()},
        "parameters": parameters,
    }
    for kind, (inputs, parameters) in planned.items()
}))
`;

type Planned = Record<RunKind, Pick<StartRunInput, "inputs" | "parameters">>;

export function makePlannedRuns(python: string, storeFolder: string): Planned {
  mkdirSync(storeFolder, { recursive: true });
  const runner = path.join(repositoryRoot, "runner");
  const printed = execFileSync(python, ["-c", program, storeFolder], {
    env: {
      ...process.env,
      DEFINEMED_STORE: `file://${storeFolder}`,
      PYTHONPATH: `${runner}/src:${runner}/tests`,
      OMP_WAIT_POLICY: "passive",
      HF_HUB_OFFLINE: "1",
    },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "");
}

/** One run of each kind, with the rows that its success refers to. */
export async function planRuns(actor: StudyActor, planned: Planned): Promise<StartRunInput[]> {
  const { studyId } = actor;
  const file = (name: string) => ({ studyId, name, address: `store:planned/${name}`, digest: "0" });
  const checkpoint = await database().checkpoint.create({
    data: { studyId, kind: "base", name: "Base", address: "store:planned/base" },
  });
  const labelSet = await database().labelSet.create({
    data: { ...file("Labels"), source: "people", seed: 1, tuneShare: 0.2, testShare: 0.2 },
  });
  const questionSet = await database().questionSet.create({
    data: { ...file("Questions"), questions: 60, subjects: [] },
  });
  const prompts = Array.from({ length: 24 }, (_, position) => ({
    key: String(position),
    category: "Rat",
    text: "?",
    position,
  }));
  const promptSet = await database().promptSet.create({ data: { ...file("Prompts"), prompts: { create: prompts } } });
  const { name: _, ...answersFile } = file("answers.parquet");
  const answerSet = await database().answerSet.create({
    data: { ...answersFile, promptSetId: promptSet.id, checkpointId: checkpoint.id, madeByRunId: newId() },
  });
  const edge = (kind: string, { id }: { id: string }, role: string) => ({ kind, targetId: id, role });
  const edges: Record<RunKind, StartRunInput["edges"]> = {
    "train-classifier": [edge("label-set", labelSet, "documents")],
    "classify-corpus": [],
    pretrain: [edge("checkpoint", checkpoint, "base")],
    merge: [edge("checkpoint", checkpoint, "first"), edge("checkpoint", checkpoint, "second")],
    evaluate: [edge("checkpoint", checkpoint, "model"), edge("question-set", questionSet, "questions")],
    generate: [edge("checkpoint", checkpoint, "model"), edge("prompt-set", promptSet, "prompts")],
    "analyse-answers": [edge("answer-set", answerSet, "answers")],
  };
  return runKinds.map((kind) => ({
    kind,
    name: kind,
    ...planned[kind],
    resources: { processes: 1, threads: 1 },
    edges: edges[kind],
  }));
}
