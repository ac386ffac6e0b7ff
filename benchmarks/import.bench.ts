/**
 * Memory and speed of an import of 1,000,000 documents (JSONL, 200 to 3,000 characters of German words each) by the real
 * job, in a process of its own; then of a tenth of it, since memory must not grow with the file. Speed is set against
 * reading the same file's lines without doing anything with them. `npm run bench -- import -- 50000` takes fewer.
 */
import { spawn } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { printTable, shown, timed } from "./figures";

const documents = Number(process.argv[2] ?? 1_000_000);

const words =
  `der die das ein eine und oder mit ohne bei nach vor seit gegen für durch über unter zwischen wegen ist sind war wurde
  werden wird kann sollte muss darf nicht auch nur noch schon sehr häufig selten Patient Patientin Ärztin Arzt Hausärztin
  Klinik Praxis Notaufnahme Befund Diagnose Therapie Behandlung Untersuchung Laborwerte Blutdruck Herzinsuffizienz
  Vorhofflimmern Schlaganfall Lungenentzündung Bronchitis Fieber Husten Schmerzen Rückenschmerzen Kopfschmerzen Übelkeit
  Medikament Tablette Dosis Milligramm Wirkstoff Nebenwirkung Ibuprofen Metformin Ramipril Insulin Diabetes Nüchternzucker
  Operation Narkose Wunde Verband Reha Leitlinie Studie Impfung Allergie Wetter Garten Auto Bahn Straße Gemeinde Verein
  Rezept Kuchen Zwiebel Fußball Spiel Mannschaft Preis Angebot Versand Rechnung Software Rechner Urlaub Hotel Strand`
    .split(/\s+/)
    .filter(Boolean);

/** Lengths are spread evenly on a logarithmic scale; one document in a thousand repeats an earlier id. */
function* lines(count: number): Generator<string> {
  let state = 1;
  const upTo = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
  for (let n = 0; n < count; n++) {
    const length = Math.round(200 * 15 ** (upTo(10_000) / 10_000));
    let text = "";
    while (text.length < length) {
      const sentence = Array.from({ length: 5 + upTo(12) }, () => words[upTo(words.length)]).join(" ");
      text += `${sentence[0]?.toUpperCase()}${sentence.slice(1)}. `;
    }
    const id = `page-${n % 1000 === 999 ? n - 500 : n}`;
    const source = ["clinic", "forum", "news", "shop", "encyclopaedia"][upTo(5)];
    yield `${JSON.stringify({ id, text, source, url: `https://example.org/${source}/${n}`, crawl: "2026-30" })}\n`;
  }
}

async function scan(file: string): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === "") throw new Error("an empty line");
  }
}

type Imported = {
  documents: number;
  rejected: number;
  seconds: number;
  peakMegabytes: number;
  beforeMegabytes: number;
};

function importInOwnProcess(file: string): Promise<Imported> {
  const program = fileURLToPath(new URL("./import-in-own-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, file], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, STUDIO_IMPORT_ROOTS: path.dirname(file) },
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(said) as Imported);
      else reject(new Error(`the import ended with ${code}: ${said}`));
    });
  });
}

const folder = mkdtempSync(path.join(tmpdir(), "studio-bench-import-"));
try {
  const rows: string[][] = [];
  for (const count of [documents / 10, documents]) {
    const file = path.join(folder, `${count}.jsonl`);
    await pipeline(Readable.from(lines(count)), createWriteStream(file));
    const before = (await timed(() => scan(file))) / 1000;
    const imported = await importInOwnProcess(file);
    const scanned = Math.min(before, (await timed(() => scan(file))) / 1000);
    rows.push([
      `${count} documents`,
      String(imported.documents),
      String(imported.rejected),
      shown(statSync(file).size / 1e6),
      shown(imported.seconds),
      shown(imported.documents / imported.seconds),
      shown(imported.seconds / scanned),
      String(imported.beforeMegabytes),
      String(imported.peakMegabytes),
    ]);
    rmSync(file);
  }
  const head = ["", "kept", "refused", "file MB", "s", "documents/s", "× line scan", "MB before", "peak MB"];
  printTable("Import of a JSONL file", head, rows);
  const [tenth, whole] = rows.map((row) => Number(row.at(-1)));
  console.log(`Peak memory of all to that of a tenth: ${shown((whole ?? 0) / (tenth ?? 1))}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
