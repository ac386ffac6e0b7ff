/** Imports one file as the worker does and tells on standard output what it took; started by import.bench.ts. */
import { runImport } from "@/lib/corpus/import/run-import";
import { startImport } from "@/lib/corpus/import/start-import";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { timed } from "./figures";

/** resourceUsage() counts in kilobytes on every system. */
const peakMegabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

const owner = await makeMember(await makeStudy(), "owner");
const { importId } = await startImport(owner, {
  source: { kind: "path", path: process.argv[2] ?? "" },
  name: "Measured",
  description: "",
  columns: { text: "text", id: "id", source: "source", url: "url", language: null, gold: null },
});
const beforeMegabytes = peakMegabytes();
const time = await timed(() => runImport.run({ importId }, { signal: new AbortController().signal }));
const { state, documents, rejected, failureCode } = await database().corpusImport.findUniqueOrThrow({
  where: { id: importId },
});
await closeDatabase();
if (state !== "succeeded") throw new Error(`the import is ${state}: ${failureCode}`);
const seconds = time / 1000;
process.stdout.write(JSON.stringify({ documents, rejected, seconds, beforeMegabytes, peakMegabytes: peakMegabytes() }));
