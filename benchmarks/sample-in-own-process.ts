/** Draws one sample as the worker does and tells on standard output what it took; started by sample.bench.ts. */
import { chooseDocuments } from "@/lib/corpus/sampling/choose-documents";
import { createSample, planSample } from "@/lib/corpus/sampling/create-sample";
import { drawSampleJob } from "@/lib/corpus/sampling/draw-sample";
import { sampleDesignSchema } from "@/lib/corpus/schema";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { escapeGlob, withDuckDb } from "@/lib/platform/storage/duckdb";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { timed } from "./figures";

const [rows = "0", size = "0"] = process.argv.slice(2);
/** resourceUsage() counts in kilobytes on every system. */
const peakMegabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

const owner = await makeMember(await makeStudy(), "owner");
const address = `store:corpora/measured-${rows}`;
const files = `${escapeGlob(pathOf(address))}/*.parquet`;
const corpus = await database().corpus.create({
  data: { studyId: owner.studyId, name: "Measured", address, state: "ready", documents: Number(rows) },
});
const design = sampleDesignSchema.parse({
  kind: "stratified",
  size: Number(size),
  by: ["length", "source"],
  allocation: "f1",
  lengthEdges: [60, 120, 240],
});
const scan = () =>
  withDuckDb((connection) =>
    connection.run("SELECT max(id), max(text), max(source), max(characters) FROM read_parquet(?)", [files]),
  );
const firstScan = await timed(scan);
const beforeMegabytes = peakMegabytes();
const input = { corpusId: corpus.id, design };
const planned = await timed(() => planSample(owner, input));
// The one pass over the corpus by itself: what is drawn is known and lies in DuckDB, nothing is written yet.
const strata = await planSample(owner, input);
const chosen = await timed(() =>
  withDuckDb((connection) => chooseDocuments(connection, { address, seed: 1 }, design, strata)),
);
const { id: sampleId } = await createSample(owner, { ...input, name: "Measured", seed: 1 });
const drawn = await timed(() => drawSampleJob.run({ sampleId }, { signal: new AbortController().signal }));
const scanned = Math.min(firstScan, await timed(scan));
const { state, failureDetail } = await database().sample.findUniqueOrThrow({ where: { id: sampleId } });
const items = await database().drawItem.count({ where: { draw: { sampleId } } });
await closeDatabase();
if (state !== "ready") throw new Error(`the sample is ${state}: ${failureDetail}`);
process.stdout.write(
  JSON.stringify({ items, scanned, planned, chosen, drawn, beforeMegabytes, peakMegabytes: peakMegabytes() }),
);
