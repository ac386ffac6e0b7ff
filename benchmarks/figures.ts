import { performance } from "node:perf_hooks";

/** How long some work took, each time, in milliseconds. */
export type Measured = { name: string; times: number[] };

export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Carries the work out again and again, one after the other; the first few times, which warm caches up, don't count. */
export async function measure(name: string, count: number, work: () => unknown, warmUp = 5): Promise<Measured> {
  for (let done = 0; done < warmUp; done++) await work();
  const times: number[] = [];
  for (let done = 0; done < count; done++) times.push(await timed(work));
  return { name, times };
}

/** The value below which that share of the times lies, by nearest rank. */
export function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (times: readonly number[]) => quantile(times, 0.5);

/** Median and 95th percentile of each row, and its median as a multiple of the reference's from the same run. */
export function printTimes(title: string, reference: Measured, rows: readonly Measured[]): void {
  printTable(
    title,
    ["", "n", "p50 ms", "p95 ms", `× ${reference.name}`],
    [reference, ...rows].map(({ name, times }) => [
      name,
      String(times.length),
      shown(median(times)),
      shown(quantile(times, 0.95)),
      shown(median(times) / median(reference.times)),
    ]),
  );
}

/** The first column is text, the others are figures. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  const text = [head, rule, ...rows].map((row) => `| ${line(row).join(" | ")} |`).join("\n");
  console.log(`\n${title}\n\n${text}\n`);
}

/** Three significant digits, in full. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
