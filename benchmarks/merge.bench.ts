/**
 * SLERP of made-up Llamas in bfloat16 (495 million weights, and nearly twice as many of the same widths) beside
 * mergekit 0.1.5 from PyPI: both read two checkpoints and write one, as processes of their own from start to end, turn
 * by turn. The runner also digests both parents and what it wrote. The reference for throughput is copying files of the
 * same size. Linux only; needs 12 GB of disk below $TMPDIR, and 6 GB in .studio/bench for the reference tools.
 * `npm run bench -- merge -- rounds=1` merges once instead of three times.
 */
import {
  copyFileSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable, shown, timed } from "./figures";
import { ensurePythons } from "./reference-tools/environments";
import { type Attempt, type Cost, carryOut, costOf, runPython, secondsOf, threads } from "./reference-tools/programs";

const rounds = Number(process.argv.find((word) => word.startsWith("rounds="))?.slice(7) ?? 3);
const program = (name: string) => fileURLToPath(new URL(`./merge/${name}.py`, import.meta.url));
const plan = { method: "slerp", t: { default: 0.5, layers: null, rules: [] } };
const sizes = [14, 28];

type Merged = { layers: number; ours: Attempt[]; theirs: Cost[]; copies: number[]; bytes: number };
type Difference = { elements: number; equal: number; largest: number; ours: number; theirs: number };

const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-merge-"));
const inScratch = (name: string) => path.join(scratch, name);

function configOf(first: string, second: string): string {
  const file = inScratch("mergekit.yml");
  const models = `models:\n  - model: ${first}\n  - model: ${second}\n`;
  writeFileSync(file, `merge_method: slerp\nbase_model: ${first}\n${models}parameters:\n  t: 0.5\ndtype: bfloat16\n`);
  return file;
}

/** Reads two files and writes one of their size, down to the disk. */
function copyLikeAMerge(first: string, second: string): Promise<number> {
  return timed(() => {
    readFileSync(path.join(second, "model.safetensors"));
    copyFileSync(path.join(first, "model.safetensors"), inScratch("copy"));
    fsyncSync(openSync(inScratch("copy"), "r+"));
  });
}

try {
  const installed = path.resolve(".studio/bench");
  const { runner, reference } = await ensurePythons(installed);
  const mergekit = path.join(path.dirname(reference), "mergekit-yaml");
  const measured: Merged[] = [];
  let difference: Difference | null = null;
  for (const layers of sizes) {
    const [first, second] = [inScratch("first"), inScratch("second")];
    for (const folder of [first, second]) mkdirSync(folder, { recursive: true });
    await runPython(runner, [program("made_model"), first, String(layers), "1"]);
    await runPython(runner, [program("made_model"), second, String(layers), "2", first]);
    const bytes = statSync(path.join(first, "model.safetensors")).size;
    const merged: Merged = { layers, ours: [], theirs: [], copies: [], bytes };
    for (let round = 0; round < rounds; round++) {
      merged.copies.push((await copyLikeAMerge(first, second)) / 1000);
      merged.ours.push(await carryOut(runner, inScratch("store"), "merge", { first, second }, plan));
      rmSync(inScratch("theirs"), { recursive: true, force: true });
      const command = [mergekit, configOf(first, second), inScratch("theirs"), "--quiet", "-j", String(threads)];
      merged.theirs.push(await costOf(runner, command));
    }
    measured.push(merged);
    const ours = path.join(merged.ours.at(-1)?.folder ?? "", "outputs", "model");
    difference ??= await runPython<Difference>(runner, [
      ...[program("compare_weights"), ours, inScratch("theirs"), first, second],
    ]);
  }
  const megabytes = (cost: Cost) => cost.peakBytes / 1e6;
  const middle = (costs: Cost[], of: (cost: Cost) => number) => median(costs.map(of));
  printTable(
    `SLERP, ${rounds} merges each, medians`,
    ["", "parameters", "s", "CPU s", "peak MB", "mergekit s", "CPU s", "peak MB", "time ×", "CPU ×", "memory ×"],
    measured.map(({ layers, bytes, ours, theirs }) => {
      const own = ours.map(({ cost }) => cost);
      const ratio = (of: (cost: Cost) => number) => shown(middle(theirs, of) / middle(own, of));
      return [
        ...[`${layers} layers`, `${Math.round(bytes / 2e6)} M`],
        ...[shown(middle(own, (cost) => cost.seconds)), shown(middle(own, (cost) => cost.cpuSeconds))],
        ...[shown(middle(own, megabytes)), shown(middle(theirs, (cost) => cost.seconds))],
        ...[shown(middle(theirs, (cost) => cost.cpuSeconds)), shown(middle(theirs, megabytes))],
        ...[ratio((cost) => cost.seconds), ratio((cost) => cost.cpuSeconds), ratio((cost) => cost.peakBytes)],
      ];
    }),
  );
  printTable(
    "Throughput beside reading two files and writing one",
    ["", "merging s", "copying s", "merging MB/s", "share of copying"],
    measured.map(({ layers, bytes, ours, copies }) => {
      const seconds = median(ours.map((attempt) => secondsOf(attempt, "merging")));
      const copying = median(copies);
      return [
        ...[`${layers} layers`, shown(seconds), shown(copying), shown((3 * bytes) / 1e6 / seconds)],
        shown(copying / seconds),
      ];
    }),
  );
  if (difference) {
    printTable(
      `Beside mergekit's result, ${difference.elements} elements`,
      ["", "equal to the bit", "largest difference", "mean error, ulp", "mergekit's mean error, ulp"],
      [
        [
          ...["SLERP at 0.5", `${(100 * difference.equal).toFixed(3)} %`, difference.largest.toExponential(2)],
          ...[difference.ours.toFixed(4), difference.theirs.toFixed(4)],
        ],
      ],
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
