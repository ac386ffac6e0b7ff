import { csvLine } from "@/lib/platform/csv";
import { type ExportRow, exportColumns } from "./schema";

/** What a person said counts elsewhere too; what was corrected, withdrawn or surplus stays in the studio's own formats. */
const countedOf = (row: ExportRow) => row.decisions.filter((decision) => decision.counted);

type Batches = AsyncIterable<ExportRow[]>;
type Pieces = AsyncGenerator<string, void, undefined>;

export async function* writeJsonLines(batches: Batches): Pieces {
  for await (const rows of batches) yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Lists and the round as JSON in their cell. */
export function flatRow(row: ExportRow) {
  const { llm, decisions, adjudications, repeats, round } = row;
  return {
    ...row,
    llm: JSON.stringify(llm),
    decisions: JSON.stringify(decisions),
    adjudications: JSON.stringify(adjudications),
    repeats: JSON.stringify(repeats),
    round: round && JSON.stringify(round),
  };
}

/** With a byte order mark, by which spreadsheets know that it is UTF-8. */
export async function* writeCsvTable(batches: Batches): Pieces {
  yield `\uFEFF${csvLine(exportColumns)}`;
  for await (const rows of batches) {
    yield rows
      .map((row) => {
        const flat = flatRow(row);
        return csvLine(exportColumns.map((column) => flat[column]));
      })
      .join("");
  }
}

/** The labelling configuration that the tasks fit; `from_name` and `to_name` below are its names. */
export const labelStudioConfig = `<View>
  <Text name="text" value="$text"/>
  <Choices name="label" toName="text" choice="single" required="true">
    <Choice value="medical"/>
    <Choice value="non_medical"/>
    <Choice value="unsure"/>
  </Choices>
  <Choices name="flags" toName="text" choice="multiple">
    <Choice value="personal_data"/>
    <Choice value="not_german"/>
    <Choice value="unreadable"/>
    <Choice value="other"/>
  </Choices>
  <TextArea name="note" toName="text" editable="true"/>
</View>`;

/**
 * Label Studio's JSON, a task a line. Without `completed_by`: Label Studio refuses annotators whom it does not know, and
 * makes all annotations its importing user's. Who decided stands in `person`, and once more in the result, which it keeps.
 */
export async function* writeLabelStudio(batches: Batches): Pieces {
  let number = 0;
  yield "[\n";
  for await (const rows of batches) {
    yield rows.map((row) => `${number === 0 ? "" : ",\n"}${JSON.stringify(taskOf(row, ++number))}`).join("");
  }
  yield "\n]\n";
}

const choices = (from: string, values: readonly string[]) => ({
  from_name: from,
  to_name: "text",
  type: "choices",
  value: { choices: values },
});

function taskOf(row: ExportRow, number: number) {
  const { llm, decisions: _, adjudications: __, repeats: ___, round: ____, ...data } = row;
  return {
    id: number,
    data,
    annotations: countedOf(row).map((decision) => ({
      person: decision.person,
      created_at: decision.decided_at,
      lead_time: decision.active_ms === null ? null : decision.active_ms / 1000,
      was_cancelled: false,
      ground_truth: false,
      result: [
        { ...choices("label", [String(decision.label)]), meta: { person: decision.person } },
        ...(decision.flags.length > 0 ? [choices("flags", decision.flags)] : []),
        ...(decision.note
          ? [{ from_name: "note", to_name: "text", type: "textarea", value: { text: [decision.note] } }]
          : []),
      ],
    })),
    predictions: llm.flatMap((label) =>
      label.outcome === "unusable"
        ? []
        : [
            {
              model_version: `${label.model}, prompt ${label.prompt_language} ${label.prompt_version}`,
              ...(label.probability === null ? {} : { score: label.probability }),
              result: [choices("label", [label.outcome])],
            },
          ],
    ),
  };
}

/** doccano's JSONL: a line a decision, since it has one set of labels a line; documents without one have an empty list. */
export async function* writeDoccano(batches: Batches): Pieces {
  for await (const rows of batches) {
    yield rows
      .flatMap((row): object[] => {
        const { item_id, document_id, source, url, language, stratum, inclusion_probability, gold, gold_from } = row;
        const rest = { item_id, document_id, source, url, language, stratum, inclusion_probability, gold, gold_from };
        const counted = countedOf(row);
        if (counted.length === 0) return [{ text: row.text, label: [], person: null, flags: [], note: "", ...rest }];
        return counted.map(({ label, person, flags, note }) => {
          return { text: row.text, label: [label], person, flags, note, ...rest };
        });
      })
      .map((line) => `${JSON.stringify(line)}\n`)
      .join("");
  }
}
