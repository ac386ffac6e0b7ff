/**
 * Imports a file of labelled tasks as the worker does, or exports a round, and tells on standard output what it took;
 * started by label-studio.bench.ts. Words: "import" and the file; or "export", study, person, round and format.
 */
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createUpload } from "@/lib/corpus/uploads/upload-store";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { enterStudy } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { previewAnnotations } from "@/lib/validation/annotations/preview-annotations";
import { importAnnotationsJob } from "@/lib/validation/annotations/run-import";
import { startAnnotationImport } from "@/lib/validation/annotations/start-import";
import { exportRound } from "@/lib/validation/export/export-round";
import { exportFormats } from "@/lib/validation/export/schema";
import { timed } from "../figures";
import { peakMegabytesOf } from "./processes";

/** What a person does and waits for: the file is looked at, then imported. */
async function importFile(file: string) {
  const owner = await makeMember(await makeStudy(), "owner");
  const { uploadId, address } = await createUpload(owner, { fileName: "tasks.json", bytes: statSync(file).size });
  await pipeline(createReadStream(file), createWriteStream(pathOf(address)));
  const beforeMegabytes = peakMegabytesOf(process.pid);
  let importId = "";
  const milliseconds = await timed(async () => {
    const { labels } = await previewAnnotations(owner, { uploadId });
    const mapping = labels.map(({ control, label, suggestion }) => ({ control, label, meaning: suggestion }));
    importId = (await startAnnotationImport(owner, { uploadId, name: "Measured", mapping })).importId;
    await importAnnotationsJob.run({ importId }, { signal: new AbortController().signal });
  });
  const { state, failureCode, decisions, roundId } = await database().annotationImport.findUniqueOrThrow({
    where: { id: importId },
  });
  if (state !== "succeeded") throw new Error(`the import is ${state}: ${failureCode}`);
  const { studyId, personId } = owner;
  return { milliseconds, beforeMegabytes, decisions, studyId, personId, roundId };
}

async function exportFile(studyId: string, personId: string, roundId: string, wanted: string) {
  const format = exportFormats.find((one) => one === wanted) ?? "jsonl";
  const person = await database().person.findUniqueOrThrow({ where: { id: personId } });
  const owner = await enterStudy({ ...person, personId, token: null }, studyId);
  const beforeMegabytes = peakMegabytesOf(process.pid);
  let bytes = 0;
  const milliseconds = await timed(async () => {
    const { content } = await exportRound(owner, roundId, { format, language: "en" });
    for await (const piece of content) bytes += Buffer.byteLength(piece);
  });
  return { milliseconds, beforeMegabytes, bytes };
}

/** What the work took, without the start of this process. */
const before = process.cpuUsage();
const [what, ...words] = process.argv.slice(2);
const [first = "", second = "", third = "", fourth = ""] = words;
const result = what === "import" ? await importFile(first) : await exportFile(first, second, third, fourth);
await closeDatabase();
const { user, system } = process.cpuUsage(before);
const cpuMilliseconds = (user + system) / 1000;
process.stdout.write(JSON.stringify({ ...result, cpuMilliseconds, peakMegabytes: peakMegabytesOf(process.pid) }));
