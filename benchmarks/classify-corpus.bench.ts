/**
 * A corpus of real German texts classified by the runner (ONNX int8, batches sorted by length) and by transformers'
 * text-classification pipeline in fp32 with padded batches, both with 2 threads as processes of their own, turn by turn,
 * from start to end. The classifier is multilingual-e5-small with a head that is trained here first. Once with documents
 * of the lengths that web pages have, once with articles that all exceed the 512 tokens, where sorting saves nothing.
 * `npm run bench -- classify-corpus -- texts=FOLDER documents=400 long=100 rounds=2`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable, shown } from "./figures";
import { ensurePythons } from "./reference-tools/environments";
import { countAfter, exampleModel, realTexts } from "./reference-tools/material";
import { type Cost, carryOut, costOf, runPython } from "./reference-tools/programs";

const documents = countAfter("documents", 400);
const long = countAfter("long", 100);
const rounds = countAfter("rounds", 2);
const threshold = 0.5;
const program = (name: string) => fileURLToPath(new URL(`./classify-corpus/${name}.py`, import.meta.url));

const training = {
  ...{ maxTokens: 512, epochs: 30, batchSize: 16, learningRate: 1e-3, warmupSteps: 10, weightDecay: 0.01 },
  ...{ gradientClip: 1, frozenLayers: 12, classBalance: true, pooling: "model", prefix: "" },
};
const classifying = { threshold, precision: "int8", batchSize: 16, maxTokens: 512 };

type Difference = { documents: number; same: number; kept: number; mean: number; largest: number };

async function compareOn(corpus: string, name: string, model: string, onnx: string): Promise<string[]> {
  const { runner, reference } = await ensurePythons(path.resolve(".studio/bench"));
  const [ours, theirs]: [Cost[], Cost[]] = [[], []];
  const scores = path.join(scratch, `${name}.json`);
  let folder = "";
  for (let round = 0; round < rounds; round++) {
    const inputs = { corpus, classifier: onnx };
    const attempt = await carryOut(runner, path.join(scratch, "classified"), "classify-corpus", inputs, classifying);
    ours.push(attempt.cost);
    folder = path.join(attempt.folder, "outputs", "scores");
    theirs.push(await costOf(reference, [reference, program("padded_pipeline"), model, corpus, scores]));
  }
  const found = await runPython<Difference>(runner, [program("compare_scores"), folder, scores, String(threshold)]);
  const seconds = (costs: Cost[]) => median(costs.map((cost) => cost.seconds));
  const cpu = (costs: Cost[]) => median(costs.map((cost) => cost.cpuSeconds));
  return [
    ...[name, String(found.documents), shown(found.documents / seconds(ours))],
    ...[
      shown(found.documents / seconds(theirs)),
      shown(seconds(theirs) / seconds(ours)),
      shown(cpu(theirs) / cpu(ours)),
    ],
    ...[`${(100 * found.same).toFixed(2)} %`, found.mean.toFixed(4), `${(100 * found.kept).toFixed(1)} %`],
  ];
}

const texts = realTexts();
const encoder = exampleModel("multilingual-e5-small");
const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-classify-"));
try {
  if (texts && encoder) {
    const { runner } = await ensurePythons(path.resolve(".studio/bench"));
    const material = path.join(scratch, "material");
    await runPython(runner, [program("make_documents"), texts, material, String(documents), String(long)]);
    const labelled = path.join(material, "documents.parquet");
    const store = path.join(scratch, "trained");
    const trained = await carryOut(runner, store, "train-classifier", { documents: labelled, encoder }, training);
    const [model, onnx] = ["model", "onnx"].map((name) => path.join(trained.folder, "outputs", name)) as [
      string,
      string,
    ];
    const rows = [
      await compareOn(path.join(material, "varied"), "lengths of web pages", model, onnx),
      await compareOn(path.join(material, "long"), "all above 512 tokens", model, onnx),
    ];
    printTable(
      `Classifying on 2 cores, ${rounds} runs each, from start to end`,
      [
        ...["", "documents", "documents/s", "padded pipeline", "speed ×", "CPU ×"],
        ...["same decisions", "mean difference", "kept"],
      ],
      rows,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
