/**
 * What is left of a round that is exported, taken into Label Studio 1.23.2 and doccano 1.8.4 (from PyPI, by their programming
 * interfaces), exported there, and imported again: every document, text, decision, flag and note. Ends with an error where
 * anything differs. Needs Python 3.10 or 3.11 with venv; what is installed stays in .studio/bench for the next time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { closeDatabase, database } from "@/lib/platform/database/client";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { labelStudioConfig } from "@/lib/validation/export/write-formats";
import { exportTo, importAnnotations, upload } from "./exchange/carry-annotations";
import { doccanoVersion, throughDoccano } from "./exchange/doccano";
import { printTable } from "./figures";
import { LabelStudio, labelStudioVersion } from "./label-studio/label-studio-server";

const installed = path.resolve(".studio/bench");
const scratch = mkdtempSync(path.join(tmpdir(), "studio-bench-exchange-"));
const fileIn = (name: string) => path.join(scratch, name);

/** Texts as the web has them: other scripts, quotes, lines, markup, formulas of spreadsheets, a long one. */
const texts = [
  "Übelkeit, Erbrechen und 39,5 °C Fieber seit „gestern“.",
  "Er sagte: \"Nimm '2 mg'\", dann\nging er.\r\n\tDas war\\alles.",
  "<script>alert(1)</script> & <b>fett</b> {{vorlage}} $nichts",
  '=HYPERLINK("https://example.org","Klick") ; , | # -- DROP TABLE',
  "Наука 医学 طب 👩🏽‍⚕️ e\u0301 Ähre 🌾 \u200f\u202eumgekehrt\u202c",
  "  Leerraum am Anfang und am Ende  ",
  "null",
  `${"Ein langer Befund ohne Auffälligkeiten. ".repeat(2_500)}Ende`,
];
const labels = ["medical", "non_medical", "unsure"] as const;
const notes = ["", 'Notiz mit "Anführung"\nund Zeile', "Größe 🩺 < 3 cm", "1,5; 2"];
const flags = [[], ["other"], ["personal_data", "not_german"], ["unreadable"]];

const choices = (control: string, values: readonly string[]) => {
  return { from_name: control, to_name: "text", type: "choices", value: { choices: values } };
};

/** Tasks with one or two annotators each, who don't always agree. */
function tasks() {
  return Array.from({ length: 120 }, (_, number) => ({
    data: { text: `${texts[number % texts.length]} [${number}]`, document_id: `dokument/${number} ä` },
    annotations: Array.from({ length: 1 + (number % 2) }, (__, person) => {
      const turn = number + 5 * person;
      const note = notes[turn % notes.length];
      return {
        completed_by: person + 1,
        lead_time: 1 + (turn % 7),
        result: [
          choices("label", [labels[turn % labels.length] ?? "unsure"]),
          choices("flags", flags[(turn >> 2) % flags.length] ?? []),
          ...(note ? [{ from_name: "note", to_name: "text", type: "textarea", value: { text: [note] } }] : []),
        ],
      };
    }),
  }));
}

type Decision = { documentId: string; text: string; label: string | null; flags: string[]; note: string };

async function decisionsOf(roundId: string): Promise<Decision[]> {
  const rows = await database().decision.findMany({
    where: { roundId, correctedBy: null, surplus: false },
    include: { roundItem: { include: { item: true } } },
  });
  return rows.map(({ roundItem: { item }, label, flags: given, note }) => {
    return { documentId: item.documentId, text: item.text, label, flags: [...given].sort(), note };
  });
}

/** Those of the first that the second lacks. */
function missing(these: Decision[], those: Decision[]): Decision[] {
  const left = new Map<string, number>();
  for (const one of those) left.set(JSON.stringify(one), (left.get(JSON.stringify(one)) ?? 0) + 1);
  return these.filter((one) => {
    const count = left.get(JSON.stringify(one)) ?? 0;
    left.set(JSON.stringify(one), count - 1);
    return count <= 0;
  });
}

async function throughLabelStudio(source: string, target: string): Promise<void> {
  const labelStudio = await LabelStudio.start(installed, scratch, 0);
  try {
    const project = await labelStudio.createProject(labelStudioConfig);
    await labelStudio.importTasks(project, source);
    await labelStudio.exportTasks(project, target);
  } finally {
    await labelStudio.end();
  }
}

try {
  writeFileSync(fileIn("tasks.json"), JSON.stringify(tasks()));
  const owner = await makeMember(await makeStudy(), "owner");
  const { roundId } = await importAnnotations(owner, await upload(owner, fileIn("tasks.json"), "tasks.json"));
  const before = await decisionsOf(roundId);
  const peers = [
    { name: `Label Studio ${labelStudioVersion}`, format: "label-studio", ending: "json", carry: throughLabelStudio },
    {
      name: `doccano ${doccanoVersion}`,
      format: "doccano",
      ending: "jsonl",
      carry: (source: string, target: string) => throughDoccano(installed, scratch, source, target),
    },
  ] as const;
  const rows: string[][] = [];
  const differences: string[] = [];
  for (const { name, format, ending, carry } of peers) {
    const [out, back] = [fileIn(`out-${format}.${ending}`), fileIn(`back-${format}.${ending}`)];
    await exportTo(out, owner, roundId, format);
    await carry(out, back);
    const other = await makeMember(await makeStudy(), "owner");
    const came = await importAnnotations(other, await upload(other, back, path.basename(back)));
    const after = await decisionsOf(came.roundId);
    const [lost, others] = [missing(before, after), missing(after, before)];
    rows.push([name, ...[before.length, after.length, came.rejected, lost.length].map(String)]);
    for (const [index, one] of lost.slice(0, 5).entries()) {
      differences.push(
        `${name}: ${JSON.stringify(one).slice(0, 400)}\n  is ${JSON.stringify(others[index])?.slice(0, 400)}`,
      );
    }
  }
  printTable(
    "A round out into another program, out of that, and in again",
    ["", "decisions", "came back", "refused", "differ"],
    rows,
  );
  if (differences.length > 0) throw new Error(differences.join("\n"));
} finally {
  await closeDatabase();
  rmSync(scratch, { recursive: true, force: true });
}
