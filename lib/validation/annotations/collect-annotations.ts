import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { checkDocument } from "@/lib/corpus/import/check-document";
import { Rejects } from "@/lib/corpus/import/rejects";
import { idOfText } from "@/lib/corpus/import/write-pieces";
import type { RejectCode } from "@/lib/corpus/schema";
import { damageOf } from "@/lib/platform/text-damage";
import { AnnotationFailure } from "./failure";
import { interpretEntry, type RawAnnotation } from "./interpret-entry";
import { detectAnnotationFormat, type Entry, readEntries } from "./read-entries";
import { decide, type MeaningOf } from "./rules";
import type { AnnotationRejectCode, Meaning } from "./schema";

export type CollectedDecision = Pick<RawAnnotation, "flags" | "note" | "activeMs" | "decidedAt"> & {
  /** index in `people` */
  person: number;
  label: Meaning;
};
export type Collected = {
  /** decisions of each document by its id, in the order of the file */
  decisions: Map<string, CollectedDecision[]>;
  /** how many different people decided */
  people: number;
  decided: number;
  rejects: Rejects<AnnotationRejectCode>;
};

/** As many as a sample may have; decisions are held until they are written. */
const mostDocuments = 200_000;
const mostDecisions = 1_000_000;
const mostNoteCharacters = 2000;

/**
 * Reads the whole file: documents go to `documentsFile` as JSON lines that the corpus import reads, each once; decisions
 * are kept by document. A document that nobody decided on with a label that means something here is left out.
 */
export async function collectAnnotations(
  file: string,
  documentsFile: string,
  meanings: MeaningOf,
  options: {
    onProgress?: (state: { bytesRead: number; documents: number }) => Promise<void> | void;
    signal?: AbortSignal;
  },
): Promise<Collected> {
  const format = await detectAnnotationFormat(file);
  const output = createWriteStream(documentsFile);
  const collector = new Collector(meanings);
  let bytesRead = 0;
  const onRead = (bytes: number) => {
    bytesRead = bytes;
  };
  try {
    for await (const entry of readEntries(file, format, { onRead, signal: options.signal })) {
      const line = collector.take(entry);
      if (line && !output.write(line)) await new Promise<void>((resolve) => output.once("drain", resolve));
      await options.onProgress?.({ bytesRead, documents: collector.collected.decisions.size });
    }
  } finally {
    output.end();
    await finished(output);
  }
  const { collected } = collector;
  if (collected.decisions.size === 0) throw new AnnotationFailure("annotations_none");
  return collected;
}

class Collector {
  readonly collected: Collected = { decisions: new Map(), people: 0, decided: 0, rejects: new Rejects() };
  private readonly people = new Map<string, number>();
  private readonly texts = new Map<string, string>();

  constructor(private readonly meanings: MeaningOf) {}

  /** The document's line where it is new. */
  take(entry: Entry): string | null {
    const { rejects } = this.collected;
    const reject = (code: AnnotationRejectCode) => {
      rejects.add(entry.number, code, entry.beginning);
      return null;
    };
    if ("code" in entry) return reject(entry.code);
    const { document, annotations, problems } = interpretEntry(entry.record);
    for (const code of problems) reject(code);
    if (annotations.length === 0) return null;
    const checked = checkDocument({ ...document, attributes: {} });
    if (typeof checked === "string") return reject(checked satisfies RejectCode);
    const decided = annotations.flatMap((annotation) => {
      const label = decide(annotation.labels, this.meanings);
      if (label === "medical" || label === "non_medical" || label === "unsure") return [{ annotation, label }];
      reject(label);
      return [];
    });
    if (decided.length === 0) return null;
    const textHash = createHash("sha256").update(checked.text).digest("base64");
    const id = checked.id ?? idOfText(checked.text);
    const known = this.texts.get(id);
    if (known !== undefined && known !== textHash) return reject("same_id_other_text");
    this.keep(
      id,
      decided.map(({ annotation, label }) => this.decisionOf(annotation, label)),
    );
    if (known !== undefined) return null;
    this.texts.set(id, textHash);
    const { text, source, url, language } = checked;
    return `${JSON.stringify({ id, text, source, url, language })}\n`;
  }

  private decisionOf(
    { annotator, flags, note, activeMs, decidedAt }: RawAnnotation,
    label: Meaning,
  ): CollectedDecision {
    const person = this.people.get(annotator) ?? this.people.size;
    this.people.set(annotator, person);
    const short = Array.from(note).slice(0, mostNoteCharacters).join("").trim();
    return { person, label, flags, note: damageOf(short) ? "" : short, activeMs, decidedAt };
  }

  private keep(id: string, decisions: CollectedDecision[]): void {
    const { collected } = this;
    const kept = collected.decisions.get(id) ?? [];
    kept.push(...decisions);
    collected.decisions.set(id, kept);
    collected.decided += decisions.length;
    collected.people = this.people.size;
    if (collected.decisions.size > mostDocuments || collected.decided > mostDecisions) {
      throw new AnnotationFailure("annotations_too_many");
    }
  }
}
