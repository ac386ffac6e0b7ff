/**
 * German multiple-choice questions answered by SmolLM2 135M (instruct) through the runner and through
 * lm-evaluation-harness 0.4.13 from PyPI, both in fp32 with 2 threads and batches of the same size, as processes of
 * their own, turn by turn, from start to end: once by the options' letters, once by their texts.
 * `npm run bench -- evaluate -- texts=FOLDER questions=200 rounds=2`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable, shown } from "./figures";
import { ensurePythons } from "./reference-tools/environments";
import { countAfter, exampleModel, realTexts } from "./reference-tools/material";
import { type Cost, carryOut, costOf, runPython } from "./reference-tools/programs";

const questionCount = countAfter("questions", 200);
const rounds = countAfter("rounds", 2);
const batchSize = countAfter("batch", 8);
const program = (name: string) => fileURLToPath(new URL(`./evaluate/${name}.py`, import.meta.url));

type Comparison = { questions: number; same: number; largest: number };

const texts = realTexts();
const model = exampleModel("smollm2-135m-instruct");
const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-evaluate-"));
try {
  if (texts && model) {
    const { runner, reference } = await ensurePythons(path.resolve(".studio/bench"));
    const questions = path.join(scratch, "questions.jsonl");
    const exams = path.join(texts, "mcq", "exams_de_test.jsonl");
    await runPython(runner, [program("make_questions"), exams, questions, String(questionCount)]);
    const rows: string[][] = [];
    for (const template of ["letter-de", "text-de"]) {
      const [ours, theirs]: [Cost[], Cost[]] = [[], []];
      const harness = path.join(scratch, "harness.json");
      let answers = "";
      for (let round = 0; round < rounds; round++) {
        const inputs = { model, questions };
        const store = path.join(scratch, "answered");
        const attempt = await carryOut(runner, store, "evaluate", inputs, { template, batchSize });
        ours.push(attempt.cost);
        answers = path.join(attempt.folder, "outputs", "answers.parquet");
        const words = [model, questions, template, String(batchSize), path.join(scratch, "task"), harness];
        theirs.push(await costOf(reference, [reference, program("harness"), ...words]));
      }
      const found = await runPython<Comparison>(runner, [
        ...[program("compare_answers"), answers, harness, questions, template],
      ]);
      const seconds = (costs: Cost[]) => median(costs.map((cost) => cost.seconds));
      const cpu = (costs: Cost[]) => median(costs.map((cost) => cost.cpuSeconds));
      rows.push([
        ...[template, String(found.questions), shown(found.questions / seconds(ours))],
        ...[shown(found.questions / seconds(theirs)), shown(seconds(theirs) / seconds(ours))],
        ...[shown(cpu(theirs) / cpu(ours)), `${found.same} of ${found.questions}`, found.largest.toExponential(1)],
      ]);
    }
    printTable(
      `Multiple choice on 2 cores, ${rounds} runs each, from start to end`,
      [
        ...["", "questions", "questions/s", "harness", "speed ×", "CPU ×"],
        ...["same answers", "largest difference of log-likelihoods"],
      ],
      rows,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
