/**
 * German multiple-choice questions answered by SmolLM2 135M (instruct) through the runner and through
 * lm-evaluation-harness 0.4.13 from PyPI, both in fp32 with 2 threads and batches of the same size, as processes of
 * their own, turn by turn, from start to end: by the options' letters, by their texts, and by letters after examples.
 * `npm run bench -- evaluate -- texts=FOLDER questions=200 rounds=2 examples=3`
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
const exampleCount = countAfter("examples", 3);
const program = (name: string) => fileURLToPath(new URL(`./evaluate/${name}.py`, import.meta.url));

type Comparison = { questions: number; same: number; largest: number };

const texts = realTexts();
const model = exampleModel("smollm2-135m-instruct");
const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-evaluate-"));
try {
  if (texts && model) {
    const { runner, reference } = await ensurePythons(path.resolve(".studio/bench"));
    const questions = path.join(scratch, "questions.jsonl");
    const examples = path.join(scratch, "examples.jsonl");
    const exams = path.join(texts, "mcq", "exams_de_test.jsonl");
    await runPython(runner, [program("make_questions"), exams, questions, String(questionCount), examples, "8"]);
    const rows: string[][] = [];
    const ways = [
      { name: "letters", template: "letter-de", count: 0 },
      { name: "texts", template: "text-de", count: 0 },
      { name: `letters after ${exampleCount} examples`, template: "letter-de", count: exampleCount },
    ];
    for (const { name, template, count } of ways) {
      const wanted = count > 0 ? { count, choice: "first", subject: "any" } : null;
      const [ours, theirs]: [Cost[], Cost[]] = [[], []];
      const harness = path.join(scratch, "harness.json");
      let answers = "";
      for (let round = 0; round < rounds; round++) {
        const inputs = { model, questions, ...(wanted ? { examples } : {}) };
        const settings = { template, batchSize, examples: wanted };
        const store = path.join(scratch, "answered");
        const attempt = await carryOut(runner, store, "evaluate", inputs, settings);
        ours.push(attempt.cost);
        answers = path.join(attempt.folder, "outputs", "answers.parquet");
        const words = [model, questions, template, String(batchSize), path.join(scratch, "task"), harness];
        if (wanted) words.push(String(count), examples);
        theirs.push(await costOf(reference, [reference, program("harness"), ...words]));
      }
      const found = await runPython<Comparison>(runner, [
        ...[program("compare_answers"), answers, harness, questions, template],
      ]);
      const seconds = (costs: Cost[]) => median(costs.map((cost) => cost.seconds));
      const cpu = (costs: Cost[]) => median(costs.map((cost) => cost.cpuSeconds));
      rows.push([
        ...[name, String(found.questions), shown(found.questions / seconds(ours))],
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
