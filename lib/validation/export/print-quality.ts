/**
 * `npm run quality -- FILE` prints a file of the label-quality page from a round's JSONL export, byte for byte. It needs no
 * database and no running studio.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { figuresCsv } from "../quality/figures-csv";
import { confusionCsv, detailsCsv } from "../quality/quality-files";
import { type CompleteQuality, qualityQuery, targets } from "../quality/schema";
import { recomputeQuality } from "./recompute-quality";

const files: Record<string, (complete: CompleteQuality) => string> = {
  figures: ({ quality }) => figuresCsv(quality.labelQuality, quality.agreement),
  details: detailsCsv,
  confusion: ({ quality }) => confusionCsv(quality.labelQuality),
  json: (complete) => JSON.stringify(complete),
};

const usage = `Usage: npm run --silent quality -- FILE [--what ${Object.keys(files).join("|")}]
  [--target ${targets.join("|")}]   what the figures speak of
  [--labelling RUN]   whose labels; left out: the newest run in the file
  [--second RUN]      another run, to be compared with it (details, json)
  [--error SHARE]     how often a person errs, 0 to 0.49; left out: from how often people disagree (details, json)`;

try {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { what: text, labelling: text, second: text, target: text, error: text },
  });
  const { what = "figures", ...asked } = values;
  const [file, ...more] = positionals;
  const query = qualityQuery.safeParse(asked);
  const write = Object.hasOwn(files, what) ? files[what] : undefined;
  if (!file || more.length > 0 || !write || !query.success) throw new Error(usage);
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const { complete, warnings } = await recomputeQuality(lines, query.data);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  process.stdout.write(write(complete));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
