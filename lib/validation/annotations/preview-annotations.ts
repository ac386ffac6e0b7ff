import { locateSource } from "@/lib/corpus/import/locate-source";
import { Rejects } from "@/lib/corpus/import/rejects";
import { unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { AnnotationFailure } from "./failure";
import { interpretEntry } from "./interpret-entry";
import { detectAnnotationFormat, readEntries } from "./read-entries";
import { suggestMeaning } from "./rules";
import type { AnnotationPreview, AnnotationRejectCode, FoundLabel } from "./schema";

const rejectsShown = 20;
/** A column of so many different values holds no labels but something else, such as titles. */
const mostLabelsOfControl = 200;

/**
 * What a file holds, from all of it: which labels how often, by how many people, and what an import will leave out.
 * Writes nothing. Throws 422 with the failure's code where nothing of the file can be imported.
 */
export async function previewAnnotations(
  actor: StudyActor,
  input: { uploadId: string },
  signal?: AbortSignal,
): Promise<AnnotationPreview> {
  const { file, fileName } = await locateSource(actor, { kind: "upload", uploadId: input.uploadId });
  try {
    return { fileName, ...(await lookAtFile(file, signal)) };
  } catch (error) {
    if (error instanceof AnnotationFailure) throw unprocessable(error.code);
    throw error;
  }
}

async function lookAtFile(file: string, signal?: AbortSignal): Promise<Omit<AnnotationPreview, "fileName">> {
  const format = await detectAnnotationFormat(file);
  const rejects = new Rejects<AnnotationRejectCode>();
  const labels = new LabelCounter();
  const people = new Set<string>();
  let entries = 0;
  let [annotations, unnamed] = [0, 0];
  for await (const entry of readEntries(file, format, { signal })) {
    entries += 1;
    if ("code" in entry) {
      rejects.add(entry.number, entry.code, entry.beginning);
      continue;
    }
    const found = interpretEntry(entry.record);
    for (const code of found.problems) rejects.add(entry.number, code, entry.beginning);
    for (const annotation of found.annotations) {
      annotations += 1;
      if (annotation.annotator === "") unnamed += 1;
      people.add(annotation.annotator);
      for (const label of annotation.labels) labels.add(label);
    }
  }
  const listed = labels.list();
  if (listed.length === 0) throw new AnnotationFailure(failureOf(rejects.byCode));
  return {
    format,
    entries,
    annotations,
    people: people.size,
    unnamed,
    labels: listed,
    rejectedByCode: rejects.byCode,
    rejectedLines: rejects.first().slice(0, rejectsShown),
  };
}

function failureOf(byCode: Partial<Record<AnnotationRejectCode, number>>) {
  if (byCode.spans) return "annotations_only_spans";
  return byCode.not_json ? "annotations_unreadable" : "annotations_none";
}

class LabelCounter {
  /** null: too many different values */
  private readonly controls = new Map<string, Map<string, number> | null>();

  add({ control, label }: { control: string; label: string }): void {
    const counts = this.controls.get(control) ?? (this.controls.has(control) ? null : new Map<string, number>());
    this.controls.set(control, counts);
    if (counts === null) return;
    counts.set(label, (counts.get(label) ?? 0) + 1);
    if (counts.size > mostLabelsOfControl) this.controls.set(control, null);
  }

  /** The most frequent first; meanings are suggested for one control only, since two could contradict each other. */
  list(): FoundLabel[] {
    const rows = [...this.controls].flatMap(([control, counts]) =>
      [...(counts ?? [])].map(([label, count]) => ({ control, label, count, suggestion: suggestMeaning(label) })),
    );
    const known = new Map<string, number>();
    for (const { control, count, suggestion } of rows) {
      if (suggestion) known.set(control, (known.get(control) ?? 0) + count);
    }
    const [best] = [...known].sort((a, b) => b[1] - a[1]);
    return rows
      .map((row) => (row.control === best?.[0] ? row : { ...row, suggestion: null }))
      .sort((a, b) => Number(b.control === best?.[0]) - Number(a.control === best?.[0]) || b.count - a.count)
      .slice(0, 1000);
  }
}
