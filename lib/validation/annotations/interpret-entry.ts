import { type DecisionFlag, decisionFlags } from "../schema";
import type { AnnotationRejectCode } from "./schema";

export type RawAnnotation = {
  /** whose it is, as the file tells them apart; never stored */
  annotator: string;
  labels: { control: string; label: string }[];
  flags: DecisionFlag[];
  note: string;
  /** working time in milliseconds; 0 where the file tells none */
  activeMs: number;
  decidedAt: Date | null;
};

export type Interpreted = {
  document: { id: unknown; text: unknown; source: unknown; url: unknown; language: unknown };
  annotations: RawAnnotation[];
  /** what of the entry can't be taken in */
  problems: AnnotationRejectCode[];
};

type Values = Record<string, unknown>;

/**
 * What a task, line or row says, whichever program and generation wrote it: Label Studio's JSON (`annotations`, formerly
 * `completions`), its JSON_MIN and CSV, doccano's JSONL and CSV. Nothing is guessed that changes what somebody decided.
 */
export function interpretEntry(record: Values): Interpreted {
  const list = record.annotations ?? record.completions;
  if (isObject(record.data)) return interpretTask(record, record.data, Array.isArray(list) ? list : []);
  return interpretFlat(record);
}

/** An object in place of a text is shown as it is written: it may bring a `toString` of its own that is no function. */
const wordsOf = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// ── Label Studio: a task with its annotations ───────────────────────────────────────────────────────────────────────

function interpretTask(task: Values, data: Values, annotations: unknown[]): Interpreted {
  const problems: AnnotationRejectCode[] = [];
  const kept = annotations.flatMap((annotation) => {
    const found = isObject(annotation) ? interpretResult(annotation) : "empty_annotation";
    if (typeof found !== "string") return [found];
    problems.push(found);
    return [];
  });
  const { source, url, language } = data;
  const id = data.document_id ?? data.id ?? task.id;
  return { document: { id, text: textOf(data), source, url, language }, annotations: kept, problems };
}

function interpretResult(annotation: Values): RawAnnotation | AnnotationRejectCode {
  if (annotation.was_cancelled === true || annotation.skipped === true) return "cancelled";
  const result = Array.isArray(annotation.result) ? annotation.result.filter(isObject) : [];
  if (result.length === 0) return "empty_annotation";
  const labels: RawAnnotation["labels"] = [];
  let flags: DecisionFlag[] = [];
  const notes: string[] = [];
  const others = new Set<AnnotationRejectCode>();
  let person: string | null = null;
  for (const region of result) {
    // Ours went through Label Studio, which makes all that it imports one user's.
    if (isObject(region.meta) && typeof region.meta.person === "string") person = region.meta.person;
    const control = typeof region.from_name === "string" ? region.from_name : "";
    const value = isObject(region.value) ? region.value : {};
    if (Array.isArray(value.choices) && !("start" in value)) {
      const choices = value.choices.map(wordsOf);
      if (control === "flags" && choices.every(isFlag)) flags = choices.filter(isFlag);
      else labels.push(...choices.map((label) => ({ control, label })));
    } else if (region.type === "textarea") notes.push(...[value.text].flat().map(wordsOf));
    else others.add("start" in value || wordsOf(region.type).endsWith("labels") ? "spans" : "control_unsupported");
  }
  if (labels.length === 0) return [...others][0] ?? "empty_annotation";
  return {
    annotator: person ?? annotatorOf(annotation.completed_by ?? annotation.person ?? annotation.created_username),
    labels,
    flags,
    note: notes.join("\n"),
    activeMs: millisecondsOf(annotation.lead_time),
    decidedAt: dateOf(annotation.updated_at ?? annotation.created_at),
  };
}

// ── Flat records: doccano, JSON_MIN, tables ─────────────────────────────────────────────────────────────────────────

const textNames = ["text", "data", "content", "document", "body", "sentence", "article"];
/** Columns that the programs and our own export write beside the labels. */
const knownNames = new Set([
  ...textNames,
  ...["id", "item_id", "document_id", "annotation_id", "source", "url", "language", "stratum", "meta", "Comments"],
  ...["inclusion_probability", "gold", "gold_from", "person", "annotator", "annotation_approver", "user", "username"],
  ...["created_at", "updated_at", "lead_time", "flags", "note", "annotations", "filename", "file_upload"],
]);

function interpretFlat(record: Values): Interpreted {
  const { source, url, language } = record;
  const id = record.document_id ?? record.id;
  const document = { id, text: textOf(record), source, url, language };
  const several = Array.isArray(record.annotations) ? record.annotations.filter(isObject) : null;
  if (several) return { document, ...interpretNumbered(several) };
  const spans = [record.label, record.labels, record.entities, record.relations].some(isSpanList);
  if (spans) return { document, annotations: [], problems: ["spans"] };
  const columns = Object.entries(record).filter(([name]) => !knownNames.has(name));
  if (columns.some(([, value]) => isSpanList(value))) return { document, annotations: [], problems: ["spans"] };
  const labels = columns.flatMap(([control, value]) => labelsOf(value).map((label) => ({ control, label })));
  if (labels.length === 0) return { document, annotations: [], problems: ["empty_annotation"] };
  const annotation: RawAnnotation = {
    annotator: annotatorOf(record.person ?? record.annotator ?? record.user ?? record.username),
    labels,
    flags: [record.flags].flat().filter(isFlag),
    note: [record.note ?? record.Comments ?? []].flat().map(wordsOf).join("\n"),
    activeMs: millisecondsOf(record.lead_time),
    decidedAt: dateOf(record.updated_at ?? record.created_at),
  };
  return { document, annotations: [annotation], problems: [] };
}

/** doccano's first generation: a label by its number, each with its user. */
function interpretNumbered(annotations: Values[]): Omit<Interpreted, "document"> {
  if (annotations.length === 0) return { annotations: [], problems: ["empty_annotation"] };
  if (annotations.some((one) => "start_offset" in one)) return { annotations: [], problems: ["spans"] };
  const byUser = new Map<string, RawAnnotation>();
  for (const one of annotations) {
    const annotator = annotatorOf(one.user);
    const kept = byUser.get(annotator) ?? {
      annotator,
      labels: [],
      flags: [],
      note: "",
      activeMs: 0,
      decidedAt: dateOf(one.updated_at ?? one.created_at),
    };
    kept.labels.push(...labelsOf(one.label ?? one.text).map((label) => ({ control: "annotations", label })));
    byUser.set(annotator, kept);
  }
  return { annotations: [...byUser.values()].filter(({ labels }) => labels.length > 0), problems: [] };
}

/** [[start, end, "LABEL"], …], [{ start, end, labels }, …] */
function isSpanList(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(
    (one) =>
      (Array.isArray(one) && typeof one[0] === "number" && typeof one[1] === "number") ||
      (isObject(one) && ("start" in one || "start_offset" in one || "from_id" in one)),
  );
}

/** Longer values are no labels but texts. */
const longestLabel = 200;

function labelsOf(value: unknown): string[] {
  if (isObject(value)) return Array.isArray(value.choices) ? value.choices.flatMap(labelsOf) : [];
  if (Array.isArray(value)) return value.flatMap((one) => (typeof one === "object" ? [] : labelsOf(one)));
  if (typeof value === "number" || typeof value === "boolean") return [String(value)];
  if (typeof value !== "string") return [];
  const label = value.trim();
  return label === "" || label.length > longestLabel ? [] : [label];
}

function textOf(values: Values): unknown {
  const name = textNames.find((one) => values[one] !== undefined && !isObject(values[one]));
  if (name) return values[name];
  // A project may have called its text anything: there is no doubt where only one value is text, and not a file's name.
  const texts = Object.entries(values).filter(([key, value]) => typeof value === "string" && !knownNames.has(key));
  const [only] = texts;
  return texts.length === 1 && /\s/.test(String(only?.[1]).trim()) ? only?.[1] : undefined;
}

const isFlag = (value: unknown): value is DecisionFlag => decisionFlags.some((flag) => flag === value);

function annotatorOf(value: unknown): string {
  if (isObject(value)) return annotatorOf(value.id ?? value.email ?? value.username);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

const longestMs = 86_400_000;

function millisecondsOf(seconds: unknown): number {
  const value = typeof seconds === "string" && seconds.trim() !== "" ? Number(seconds) : seconds;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return 0;
  return Math.min(longestMs, Math.round(value * 1000));
}

function dateOf(value: unknown): Date | null {
  if (typeof value !== "string") return null;
  const date = new Date(value);
  const year = date.getUTCFullYear();
  return Number.isNaN(year) || year < 2000 || date.getTime() > Date.now() ? null : date;
}
