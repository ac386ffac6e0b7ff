/**
 * The annotate loop, import and export beside Label Studio 1.23.2 (from PyPI, SQLite) on the same machine in the same run.
 * Linux only, needs Python 3.10 or later with venv, and takes the better part of an hour. `-- only=import` carries out some
 * parts (import, export, loop, claims; separated by commas), `-- tasks=10000` takes fewer, `-- without-label-studio`
 * measures the studio alone. What is installed stays in .studio/bench for the next time.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { findViolations } from "@/lib/validation/testing/find-violations";
import { printTable, quantile, shown, timed } from "./figures";
import { type Annotated, annotate, overAssigned } from "./label-studio/annotate-loop";
import { bareCopy } from "./label-studio/bare-copy";
import { LabelStudio } from "./label-studio/label-studio-server";
import { taskFile } from "./label-studio/made-tasks";
import { cpuSecondsOf, postgresProcess } from "./label-studio/processes";
import { Studio } from "./label-studio/studio-server";
import { makeMeasuredStudy, openMeasuredRound } from "./measured-study";

const words = process.argv.slice(2);
const wordAfter = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
const parts = (wordAfter("only") ?? "import,export,loop,claims").split(",");
const tasks = Number(wordAfter("tasks") ?? 100_000);
const beside = !words.includes("without-label-studio");

const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-label-studio-"));
const postgres = postgresProcess(environment().databaseUrl);

type Cost = { seconds: number; cpuSeconds: number };

async function costOf(servers: number[], work: () => Promise<unknown>): Promise<Cost> {
  const before = cpuSecondsOf(servers);
  const seconds = (await timed(work)) / 1000;
  return { seconds, cpuSeconds: cpuSecondsOf(servers) - before };
}

async function writeTasks(count: number, labelled: boolean): Promise<string> {
  const file = path.join(scratch, `tasks-${count}-${labelled ? "labelled" : "open"}.json`);
  await pipeline(Readable.from(taskFile(count, labelled)), createWriteStream(file));
  return file;
}

// ── Import and export ───────────────────────────────────────────────────────────────────────────────────────────────

type Transfer = { milliseconds: number; cpuMilliseconds: number; beforeMegabytes: number; peakMegabytes: number };
type Imported = Transfer & { decisions: number; studyId: string; personId: string; roundId: string };

/** In a process of its own, whose memory is measured. The database's work is counted too. */
async function transfer<Result extends Transfer>(...given: string[]): Promise<Result & Cost> {
  const program = fileURLToPath(new URL("./label-studio/transfer-in-own-process.ts", import.meta.url));
  const before = cpuSecondsOf([postgres]);
  const child = spawn(process.execPath, ["--import", "tsx", program, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (piece) => {
    said += piece;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${given[0]} ended with ${code}: ${said}`);
  const result = JSON.parse(said) as Result;
  const cpuSeconds = result.cpuMilliseconds / 1000 + cpuSecondsOf([postgres]) - before;
  return { ...result, seconds: result.milliseconds / 1000, cpuSeconds };
}

async function measureTransfers(labelStudio: LabelStudio | null): Promise<void> {
  const file = await writeTasks(tasks, true);
  const quarter = await transfer<Imported>("import", await writeTasks(tasks / 4, true));
  const whole = await transfer<Imported>("import", file);
  if (whole.decisions !== tasks) throw new Error(`${whole.decisions} of ${tasks} decisions came in`);
  const costs: [name: string, cost: Cost, peer: Cost | null, small: Transfer, large: Transfer][] = [];
  const project = labelStudio ? await labelStudio.createProject() : 0;
  const theirImport = labelStudio
    ? await costOf([labelStudio.processId], async () => {
        const came = await labelStudio.importTasks(project, file);
        if (came !== tasks) throw new Error(`${came} of ${tasks} tasks came into Label Studio`);
      })
    : null;
  costs.push(["import", whole, theirImport, quarter, whole]);
  const bare = await bareCopy(whole.roundId, (work) => costOf([postgres], work));
  if (parts.includes("export")) {
    const theirExport = labelStudio
      ? await costOf([labelStudio.processId], () => labelStudio.exportTasks(project))
      : null;
    for (const format of ["jsonl", "csv", "parquet", "label-studio", "doccano"]) {
      const exported = (round: Imported) =>
        transfer<Transfer>("export", round.studyId, round.personId, round.roundId, format);
      const small = await exported(quarter);
      const large = await exported(whole);
      costs.push([`export, ${format}`, large, theirExport, small, large]);
    }
  }
  printTable(
    `${tasks} labelled tasks, and peak memory at a quarter of them`,
    [
      "",
      "s",
      "CPU s",
      "Label Studio s",
      "CPU s",
      "its time / ours",
      "its CPU / ours",
      "MB before",
      "quarter MB",
      "all MB",
    ],
    costs.map(([name, cost, peer, small, large]) => [
      ...[name, shown(cost.seconds), shown(cost.cpuSeconds)],
      ...[shown(peer?.seconds ?? Number.NaN), shown(peer?.cpuSeconds ?? Number.NaN)],
      ...[
        shown((peer?.seconds ?? Number.NaN) / cost.seconds),
        shown((peer?.cpuSeconds ?? Number.NaN) / cost.cpuSeconds),
      ],
      ...[String(large.beforeMegabytes), String(small.peakMegabytes), String(large.peakMegabytes)],
    ]),
  );
  printTable(
    "The import beside a bare COPY of the rows that it writes, into tables with the same indexes and foreign keys",
    ["", "s", "CPU s"],
    [
      ["bare COPY", shown(bare.seconds), shown(bare.cpuSeconds)],
      ["import", shown(whole.seconds), shown(whole.cpuSeconds)],
      ["× bare COPY", shown(whole.seconds / bare.seconds), shown(whole.cpuSeconds / bare.cpuSeconds)],
    ],
  );
}

// ── The loop: next document, decision ───────────────────────────────────────────────────────────────────────────────

type Row = { name: string; done: Annotated; over: number };

async function measureLoops(labelStudio: LabelStudio | null): Promise<void> {
  const rows: Row[] = [];
  if (labelStudio) {
    const project = await labelStudio.createProject();
    await labelStudio.importTasks(project, await writeTasks(tasks, false));
    for (const [people, loops] of [
      [1, 100],
      [8, 40],
    ] as const) {
      const done = await annotate(labelStudio.annotators(project, people), loops, [labelStudio.processId]);
      rows.push({ name: `Label Studio, ${people}`, done, over: overAssigned(done, () => 1) });
    }
  }
  const study = await makeMeasuredStudy(tasks, 50);
  const studio = await Studio.start(scratch);
  try {
    for (const ahead of [false, true]) {
      for (const [people, loops] of [
        [1, 300],
        [8, 100],
        [50, 40],
      ] as const) {
        const roundId = await openMeasuredRound(study);
        const annotators = await studio.annotators(roundId, study.clinicians.slice(0, people));
        if (ahead) for (const annotator of annotators) annotator.asTheBrowserAsks();
        await annotate(annotators, 5, []);
        const done = await annotate(annotators, loops, [studio.processId, postgres]);
        const over = (await findViolations(roundId)).length;
        rows.push({ name: `Studio${ahead ? " as its browser asks" : ""}, ${people}`, done, over });
      }
    }
  } finally {
    await studio.end();
  }
  const cpu = (name: string) => rows.find((row) => row.name === name)?.done.cpuMsPerLoop ?? Number.NaN;
  const p95 = (name: string) => quantile(rows.find((row) => row.name === name)?.done.times ?? [], 0.95);
  printTable(
    `Next and submit with ${tasks} documents, by people`,
    ["", "loops", "p50 ms", "p95 ms", "CPU ms a loop", "handed out too often", "failed"],
    rows.map(({ name, done, over }) => [
      ...[name, String(done.times.length), shown(quantile(done.times, 0.5)), shown(quantile(done.times, 0.95))],
      ...[shown(done.cpuMsPerLoop), String(over), String(done.failures)],
    ]),
  );
  for (const name of ["Studio", "Studio as its browser asks"]) {
    const ratio = (people: number) => shown(cpu(`Label Studio, ${people}`) / cpu(`${name}, ${people}`));
    console.log(`CPU a loop, Label Studio's to that of ${name}: one person ${ratio(1)}, 8 people ${ratio(8)}`);
    console.log(
      `p95, Label Studio's with 8 to that of ${name} with 50: ${shown(p95("Label Studio, 8") / p95(`${name}, 50`))}\n`,
    );
  }
}

// ── Every document of a round, by 50 people ─────────────────────────────────────────────────────────────────────────

/** As many as one request may ask for. */
const claimsAtOnce = 8;

async function measureClaims(): Promise<void> {
  const study = await makeMeasuredStudy(tasks, 50);
  const roundId = await openMeasuredRound(study);
  const studio = await Studio.start(scratch);
  let claims = 0;
  try {
    const people = await studio.annotators(roundId, study.clinicians);
    await Promise.all(
      people.map(async (person) => {
        for (let items = await person.claim(claimsAtOnce); items.length > 0; ) {
          claims += items.length;
          await person.decide(items);
          items = await person.claim(claimsAtOnce);
        }
      }),
    );
  } finally {
    await studio.end();
  }
  const [found] = await database().$queryRaw<{ over: number }[]>`
    select count(*)::int as "over" from "RoundItem" item where item."roundId" = ${roundId}::uuid
      and item."wanted" < (select count(*) from "Claim" claim where claim."roundItemId" = item."id")`;
  const violations = await findViolations(roundId);
  for (const violation of violations) console.log(violation);
  const head = ["", "claims", "handed out too often", "other violations"];
  const row = ["50 people", String(claims), String(found?.over), String(violations.length)];
  printTable(`A round of ${tasks} documents, all decided`, head, [row]);
}

let labelStudio: LabelStudio | null = null;
try {
  const compared = beside && parts.some((part) => part !== "claims");
  const installed = path.resolve(".studio/bench");
  mkdirSync(installed, { recursive: true });
  if (compared) labelStudio = await LabelStudio.start(installed, scratch, 8);
  if (parts.includes("import") || parts.includes("export")) await measureTransfers(labelStudio);
  if (parts.includes("loop")) await measureLoops(labelStudio);
  if (parts.includes("claims")) await measureClaims();
} finally {
  await labelStudio?.end();
  await closeDatabase();
  rmSync(scratch, { recursive: true, force: true });
}
