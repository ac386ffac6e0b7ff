/**
 * Imports a file of labelled tasks as the worker does, or exports a round, and tells on standard output what it took;
 * started by label-studio.bench.ts. Words: "import" and the file; or "export", study, person, round and format.
 */
import { closeDatabase, database } from "@/lib/platform/database/client";
import { enterStudy } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { exportRound } from "@/lib/validation/export/export-round";
import { exportFormats } from "@/lib/validation/export/schema";
import { importAnnotations, upload } from "../exchange/carry-annotations";
import { timed } from "../figures";
import { peakMegabytesOf } from "./processes";

async function importFile(file: string) {
  const owner = await makeMember(await makeStudy(), "owner");
  const uploadId = await upload(owner, file, "tasks.json");
  const beforeMegabytes = peakMegabytesOf(process.pid);
  const imported = { decisions: 0, roundId: "" };
  const milliseconds = await timed(async () => {
    Object.assign(imported, await importAnnotations(owner, uploadId));
  });
  const { studyId, personId } = owner;
  return { ...imported, milliseconds, beforeMegabytes, studyId, personId };
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
