import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runCommand } from "../../supervisor/python/run-command.mjs";
import { pythonEnvironment } from "./environments";

export const threads = 2;

/** Real time, processor time of all its processes, and the most memory that its largest process held. */
export type Cost = { seconds: number; cpuSeconds: number; peakBytes: number };

const measuring = fileURLToPath(new URL("./measured.py", import.meta.url));

/** Runs a program to its end; what it prints last is parsed as JSON. Throws with the end of its output where it fails. */
export async function runPython<Result>(python: string, args: string[]): Promise<Result> {
  const { code, output, lastLines } = await runCommand(python, args, { environment: pythonEnvironment(threads) });
  if (code !== 0) throw new Error(`${path.basename(args[0] ?? "")} ended with ${code}\n${lastLines.join("\n")}`);
  return JSON.parse(output.filter((line) => line.startsWith("{")).at(-1) ?? "{}") as Result;
}

export function costOf(python: string, command: string[]): Promise<Cost> {
  return runPython<Cost>(python, [measuring, ...command]);
}

/** What an attempt of the runner left, in the folder that the studio would find it in. */
export type Attempt = { folder: string; cost: Cost; summary: Record<string, number>; events: RunEvent[] };
export type RunEvent = { type: string; phase?: string; name?: string; value?: number; step?: number; time: number };

/** One attempt by the runner's real command, in a store of its own below `folder`, which is emptied first. */
export async function carryOut(
  python: string,
  folder: string,
  kind: string,
  inputs: Record<string, string>,
  parameters: object,
): Promise<Attempt> {
  const attempt = path.join(folder, "runs", "measured", "attempts", "1");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(attempt, { recursive: true });
  const spec = {
    ...{ version: 1, kind, runId: "measured", attempt: 1, seed: 1, resume: null, parameters },
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, place]) => [name, { address: pathToFileURL(place).href, digest: null }]),
    ),
    resources: { processes: 1, threads },
  };
  writeFileSync(path.join(attempt, "spec.json"), JSON.stringify(spec));
  process.env.DEFINEMED_STORE = pathToFileURL(folder).href;
  const cost = await costOf(python, [
    python,
    "-m",
    "definemed_runner",
    "run",
    "--run-id",
    "measured",
    "--attempt",
    "1",
  ]);
  const { summary } = JSON.parse(readFileSync(path.join(attempt, "manifest.json"), "utf8"));
  return { folder: attempt, cost, summary, events: eventsOf(attempt) };
}

function eventsOf(attempt: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (let number = 1; ; number++) {
    const file = path.join(attempt, "events", `${String(number).padStart(6, "0")}.jsonl`);
    if (!existsSync(file)) return events;
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) events.push(JSON.parse(line));
  }
}

/** Seconds between a phase's first and last word. */
export function secondsOf({ events }: Attempt, phase: string): number {
  const times = events.filter((event) => event.phase === phase).map(({ time }) => time);
  return Math.max(...times) - Math.min(...times);
}
