import { createHash } from "node:crypto";
import { checkDocument } from "@/lib/corpus/import/check-document";
import type { ReadBatch, ReadLine } from "@/lib/corpus/import/read-documents";
import { Rejects } from "@/lib/corpus/import/rejects";
import { idOfHash } from "@/lib/corpus/import/write-pieces";
import type { RejectCode } from "@/lib/corpus/schema";
import { damageOf } from "@/lib/platform/text-damage";
import type { CollectedDecision, CollectedDecisions } from "./collected-decisions";
import { AnnotationFailure } from "./failure";
import { interpretEntry, type RawAnnotation } from "./interpret-entry";
import { detectAnnotationFormat, type Entry, readEntries } from "./read-entries";
import { decide, type MeaningOf } from "./rules";
import type { AnnotationRejectCode } from "./schema";

/** As many as a sample may have. */
const mostDocuments = 200_000;
const mostDecisions = 1_000_000;
const mostNoteCharacters = 2000;

const entriesOfBatch = 200;

/** Reads a file once: its documents are handed on, its decisions kept beside. */
export class AnnotationCollector {
  readonly rejects = new Rejects<AnnotationRejectCode>();
  private readonly peopleSeen = new Map<string, number>();
  /** the text of each document by its id, as a hash */
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly meanings: MeaningOf,
    readonly decisions: CollectedDecisions,
  ) {}

  get documents(): number {
    return this.texts.size;
  }

  /** How many different people decided. */
  get people(): number {
    return this.peopleSeen.size;
  }

  /**
   * Every document once, in the file's order. One that nobody decided on with a label that means something here is left
   * out. Throws AnnotationFailure.
   */
  async *collect(file: string, signal?: AbortSignal): AsyncGenerator<ReadBatch, void, undefined> {
    const format = await detectAnnotationFormat(file);
    let bytesRead = 0;
    const onRead = (bytes: number) => {
      bytesRead = bytes;
    };
    let lines: ReadLine[] = [];
    let entries = 0;
    for await (const entry of readEntries(file, format, { onRead, signal })) {
      const line = await this.take(entry);
      if (line) lines.push(line);
      entries += 1;
      if (entries % entriesOfBatch > 0) continue;
      yield { lines, bytesRead };
      lines = [];
    }
    yield { lines, bytesRead };
    await this.decisions.end();
    if (this.documents === 0) throw new AnnotationFailure("annotations_none");
  }

  /** The document where it is new. */
  private async take(entry: Entry): Promise<ReadLine | null> {
    const reject = (code: AnnotationRejectCode) => {
      this.rejects.add(entry.number, code, entry.beginning);
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
    const textHash = createHash("sha256").update(checked.text).digest("hex");
    const id = checked.id ?? idOfHash(textHash);
    const known = this.texts.get(id);
    if (known !== undefined && known !== textHash) return reject("same_id_other_text");
    this.texts.set(id, textHash);
    for (const { annotation, label } of decided) {
      const kept = this.decisions.add(id, this.decisionOf(annotation, label));
      if (kept) await kept;
    }
    if (this.documents > mostDocuments || this.decisions.count > mostDecisions) {
      throw new AnnotationFailure("annotations_too_many");
    }
    return known === undefined ? { line: entry.number, document: { ...checked, id } } : null;
  }

  private decisionOf(
    { annotator, flags, note, activeMs, decidedAt }: RawAnnotation,
    label: CollectedDecision["label"],
  ): CollectedDecision {
    const person = this.peopleSeen.get(annotator) ?? this.people;
    this.peopleSeen.set(annotator, person);
    const short = Array.from(note).slice(0, mostNoteCharacters).join("").trim();
    return { person, label, flags, note: damageOf(short) ? "" : short, activeMs, decidedAt };
  }
}
