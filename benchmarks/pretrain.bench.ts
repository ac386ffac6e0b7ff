/**
 * One epoch over real German texts of varied length with a small Llama (16 million weights, vocabulary of SmolLM2) by
 * the runner, which packs documents, and by transformers' Trainer, which pads them; fp32, 2 threads, turn by turn. Counted
 * are the tokens that the loss counts, over the time of training (the runner's with its events and checkpoints).
 * `npm run bench -- pretrain -- texts=FOLDER documents=200 rounds=2`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable, shown } from "./figures";
import { ensurePythons } from "./reference-tools/environments";
import { countAfter, exampleModel, realTexts } from "./reference-tools/material";
import { type Attempt, carryOut, runPython } from "./reference-tools/programs";

const documents = countAfter("documents", 200);
const rounds = countAfter("rounds", 2);
/** Of the paper preset: one checkpoint in so many steps. */
const presetDistance = 500;
const sequenceLength = 1024;
const documentsABatch = 8;
const program = (name: string) => fileURLToPath(new URL(`./pretrain/${name}.py`, import.meta.url));

const training = {
  ...{ epochs: 1, maxSteps: null, sequenceLength, sequencesPerStep: 4, learningRate: 1e-4, schedule: "linear" },
  ...{ warmupSteps: 2, weightDecay: 0.01, gradientClip: 1, bf16: false, activationCheckpointing: false },
  ...{ heldOutShare: 0, checkpointEverySteps: 10, evaluateEverySteps: 10_000 },
};

type Padded = { seconds: number; tokens: number; computed: number; loss: number; steps: number };
type Packed = {
  tokens: number;
  seconds: number;
  stepSeconds: number;
  steps: number;
  stalls: number[];
  writes: number[];
  loss: number;
};

/** From the first step's beginning to the end of the training, and what of it the steps themselves took. */
function packedOf({ events, summary }: Attempt): Packed {
  const of = (name: string) => events.filter((event) => event.name === name);
  const [first] = of("loss");
  const steps = summary.steps ?? 0;
  const tokens = summary.tokens ?? 0;
  const stepSeconds = tokens / (summary.tokensPerSecond ?? 0);
  // A step's tokens differ by a few, where documents end.
  const firstSeconds = tokens / steps / (of("tokens_per_second")[0]?.value ?? 0);
  const stalls = of("checkpoint_seconds");
  const last = Math.max(of("loss").at(-1)?.time ?? 0, stalls.at(-1)?.time ?? 0);
  const seconds = last - (first?.time ?? 0) + firstSeconds;
  const loss = summary.trainLoss ?? 0;
  const secondsOf = (metrics: typeof stalls) => metrics.map(({ value }) => value ?? 0);
  const writes = secondsOf(of("checkpoint_write_seconds"));
  return { tokens, seconds, stepSeconds, steps, stalls: secondsOf(stalls), writes, loss };
}

const texts = realTexts();
const tokenizer = exampleModel("smollm2-135m-instruct");
const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-pretrain-"));
try {
  if (texts && tokenizer) {
    const { runner, reference } = await ensurePythons(path.resolve(".studio/bench"));
    const material = path.join(scratch, "material");
    await runPython(runner, [program("make_material"), texts, tokenizer, material, String(documents)]);
    const [base, corpus] = ["base", "corpus"].map((name) => path.join(material, name)) as [string, string];
    const [ours, theirs]: [Packed[], Padded[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const attempt = await carryOut(runner, path.join(scratch, "store"), "pretrain", { corpus, base }, training);
      ours.push(packedOf(attempt));
      const words = [base, corpus, String(sequenceLength), String(documentsABatch), path.join(scratch, "trainer")];
      theirs.push(await runPython<Padded>(reference, [program("padded_trainer"), ...words]));
    }
    const speed = median(ours.map(({ tokens, seconds }) => tokens / seconds));
    const paddedSpeed = median(theirs.map(({ tokens, seconds }) => tokens / seconds));
    const [packed, padded] = [ours[0], theirs[0]];
    if (!packed || !padded) throw new Error("rounds must be 1 or more");
    printTable(
      `${documents} documents on 2 cores, ${rounds} runs each`,
      ["", "tokens", "tokens/s", "of computed tokens", "steps", "loss"],
      [
        [
          ...["the runner, packed", String(packed.tokens), shown(speed)],
          ...[`${((100 * packed.tokens) / (packed.steps * 4 * sequenceLength)).toFixed(0)} %`],
          ...[String(packed.steps), packed.loss.toFixed(3)],
        ],
        [
          ...["Trainer, padded", String(padded.tokens), shown(paddedSpeed)],
          ...[
            `${((100 * padded.tokens) / padded.computed).toFixed(0)} %`,
            String(padded.steps),
            padded.loss.toFixed(3),
          ],
        ],
      ],
    );
    console.log(`useful tokens a second, the runner's to the padded Trainer's: ${shown(speed / paddedSpeed)}`);
    const stall = median(ours.flatMap(({ stalls }) => stalls));
    const write = median(ours.flatMap(({ writes }) => writes));
    const step = median(ours.map((run) => run.stepSeconds / run.steps));
    const stalled = ({ stalls }: Packed) => stalls.reduce((sum, seconds) => sum + seconds, 0);
    const share = median(ours.map((run) => stalled(run) / run.seconds));
    const rest = median(ours.map((run) => 1 - (run.stepSeconds + stalled(run)) / run.seconds));
    const seldom = stall / (stall + presetDistance * step);
    const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
    printTable(
      "What the runner itself takes of the time of training",
      [
        "",
        "a step s",
        "pause s",
        "written beside s",
        "every 10 steps",
        `every ${presetDistance}`,
        "events and the rest",
      ],
      [["16 million weights", shown(step), shown(stall), shown(write), percent(share), percent(seldom), percent(rest)]],
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
