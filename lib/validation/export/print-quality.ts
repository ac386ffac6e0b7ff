/**
 * `npm run quality -- FILE [--labelling RUN] [--target like_these|this_corpus]` prints the figures of the label-quality
 * page from a round's JSONL export, as the same CSV that the page offers. It needs no database and no running studio.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { figuresCsv } from "../quality/figures-csv";
import { type Target, targets } from "../quality/schema";
import { recomputeQuality } from "./recompute-quality";

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { labelling: { type: "string" }, target: { type: "string", default: "like_these" } },
  });
  const [file] = positionals;
  const target = targets.find((one) => one === values.target) as Target | undefined;
  if (!file || !target) {
    throw new Error(`Usage: npm run quality -- FILE [--labelling RUN] [--target ${targets.join("|")}]`);
  }
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const { labelQuality, agreement } = await recomputeQuality(lines, { labelling: values.labelling, target });
  process.stdout.write(figuresCsv(labelQuality, agreement));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
