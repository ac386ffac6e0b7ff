/**
 * A stratified sample of 260,000 documents from a corpus of 10,000,000 (made by DuckDB: 32 to 288 characters each, five
 * sources), allocated for F1, by the real job in a process of its own; then from a tenth of the corpus, since memory must
 * not grow with it. "Choosing" is the drawing's pass over the corpus by itself, without writing. Times are set against one
 * bare DuckDB scan of all columns of the same file in the same process.
 * `npm run bench -- sample -- 1000000 26000` takes fewer.
 */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { pathOf } from "@/lib/platform/storage/addresses";
import { quoteText, withDuckDb } from "@/lib/platform/storage/duckdb";
import { printTable, shown } from "./figures";

const documents = Number(process.argv[2] ?? 10_000_000);
const size = Number(process.argv[3] ?? 260_000);

async function makeCorpus(rows: number): Promise<string> {
  const folder = pathOf(`store:corpora/measured-${rows}`);
  mkdirSync(folder, { recursive: true });
  await withDuckDb(
    (connection) =>
      connection.run(
        `COPY (
           SELECT 'page-' || n AS id,
             repeat(md5(n::VARCHAR), 1 + (hash(n) % 9)::INTEGER) AS text,
             ['clinic', 'forum', 'news', 'shop', 'encyclopaedia'][1 + (hash(n + 1) % 5)::INTEGER] AS source,
             NULL::VARCHAR AS url, 'de' AS language,
             32 * (1 + (hash(n) % 9)::INTEGER) AS characters, '{}' AS attributes
           FROM range(${Math.trunc(rows)}) made(n)
         ) TO ${quoteText(path.join(folder, "part-00000.parquet"))} (FORMAT parquet, COMPRESSION zstd)`,
      ),
    undefined,
    "writing",
  );
  return folder;
}

type Drawn = {
  items: number;
  scanned: number;
  planned: number;
  chosen: number;
  drawn: number;
  beforeMegabytes: number;
  peakMegabytes: number;
};

function drawInOwnProcess(rows: number): Promise<Drawn> {
  const program = fileURLToPath(new URL("./sample-in-own-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, String(rows), String(size)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(said) as Drawn);
      else reject(new Error(`the drawing ended with ${code}: ${said}`));
    });
  });
}

const table: string[][] = [];
for (const rows of [documents / 10, documents]) {
  const folder = await makeCorpus(rows);
  try {
    const drawn = await drawInOwnProcess(rows);
    table.push([
      `${rows} documents`,
      String(drawn.items),
      shown(drawn.scanned / 1000),
      shown(drawn.planned / 1000),
      shown(drawn.planned / drawn.scanned),
      shown(drawn.chosen / 1000),
      shown(drawn.chosen / drawn.scanned),
      shown(drawn.drawn / 1000),
      shown(drawn.drawn / drawn.scanned),
      String(drawn.beforeMegabytes),
      String(drawn.peakMegabytes),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const head = [
  "",
  "drawn",
  "scan s",
  "preview s",
  "× scan",
  "choosing s",
  "× scan",
  "drawing s",
  "× scan",
  "MB before",
  "peak MB",
];
printTable("A stratified sample of a corpus", head, table);
