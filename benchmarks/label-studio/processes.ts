import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second of /proc, on every Linux that there is. */
const ticks = 100;

type Seen = { parent: number; cpuSeconds: number };

function readProcesses(): Map<number, Seen> {
  const seen = new Map<number, Seen>();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      // After the program's name, which may hold anything: state, parent, …, own time and that of children that ended.
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const used = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      seen.set(Number(name), { parent: Number(fields[1]), cpuSeconds: used / ticks });
    } catch {
      // It has just ended.
    }
  }
  return seen;
}

/** Seconds of processor time that these processes and all below them have used so far. Linux only. */
export function cpuSecondsOf(roots: readonly number[]): number {
  const seen = readProcesses();
  const belongs = (id: number): boolean => roots.includes(id) || belongsTo(seen.get(id)?.parent, belongs);
  return [...seen].reduce((sum, [id, { cpuSeconds }]) => sum + (belongs(id) ? cpuSeconds : 0), 0);
}

const belongsTo = (parent: number | undefined, belongs: (id: number) => boolean): boolean =>
  parent !== undefined && parent > 1 && belongs(parent);

/** The most memory that a process has held so far, in megabytes. */
export function peakMegabytesOf(id: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}

/** The process of the measured PostgreSQL: its parts lie below it. */
export function postgresProcess(databaseUrl: string): number {
  const { port } = new URL(databaseUrl);
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      if (words[0]?.endsWith("postgres") && words.some((word) => word === port || word === `port=${port}`)) {
        return Number(name);
      }
    } catch {
      // It has just ended.
    }
  }
  throw new Error(`no PostgreSQL at port ${port}`);
}
