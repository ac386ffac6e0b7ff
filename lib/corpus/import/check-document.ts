import { maxAttributesCharacters, maxFieldCharacters, maxIdCharacters, maxTextCharacters } from "../limits";
import type { ColumnMapping, RejectCode } from "../schema";

/** What a line says of a document, by our names, as yet unchecked. */
export type RawDocument = {
  text: unknown;
  id: unknown;
  source: unknown;
  url: unknown;
  language: unknown;
  attributes: Record<string, unknown>;
};

export type CheckedDocument = {
  text: string;
  /** Unicode code points, as Python and DuckDB count */
  characters: number;
  /** null: the line names none */
  id: string | null;
  source: string | null;
  url: string | null;
  language: string | null;
  /** JSON object */
  attributes: string;
};

/** Splits an object of the file by the mapping; columns without a role become attributes, the gold label "gold". */
export function rawDocumentOf(record: Record<string, unknown>, columns: ColumnMapping): RawDocument {
  const named = new Set<string>();
  const take = (column: string | null): unknown => {
    if (column === null) return undefined;
    named.add(column);
    return Object.hasOwn(record, column) ? record[column] : undefined;
  };
  const raw = {
    text: take(columns.text),
    id: take(columns.id),
    source: take(columns.source),
    url: take(columns.url),
    language: take(columns.language),
  };
  const gold = take(columns.gold);
  const others = Object.entries(record).filter(([name, value]) => !named.has(name) && value !== null);
  if (gold !== undefined && gold !== null) others.push(["gold", gold]);
  return { ...raw, attributes: Object.fromEntries(others) };
}

/** The document, or the code of the first thing that is wrong with it. */
export function checkDocument(raw: RawDocument): CheckedDocument | RejectCode {
  const { text } = raw;
  if (text === undefined || text === null) return "text_missing";
  if (typeof text !== "string") return "text_not_text";
  if (text.length > 2 * maxTextCharacters) return "text_too_long";
  if (text.trim() === "") return "text_empty";
  const damage = damageOf(text);
  if (damage) return damage;
  const characters = codePoints(text);
  if (characters > maxTextCharacters) return "text_too_long";
  const id = idOf(raw.id);
  if (id.code) return id.code;
  const fields = [fieldOf(raw.source), fieldOf(raw.url), fieldOf(raw.language)] as const;
  const wrong = fields.find((field) => field.code)?.code;
  if (wrong) return wrong;
  const attributes = attributesOf(raw.attributes);
  if (attributes.code) return attributes.code;
  const [source, url, language] = fields.map((field) => field.value);
  return {
    text,
    characters,
    id: id.value,
    source: source ?? null,
    url: url ?? null,
    language: language?.toLowerCase() ?? null,
    attributes: attributes.value ?? "{}",
  };
}

type Checked = { value: string | null; code?: RejectCode };

function idOf(value: unknown): Checked {
  if (value === undefined || value === null || value === "") return { value: null };
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return { value: String(value) };
  }
  if (typeof value !== "string") return { value: null, code: "id_not_text" };
  if (value.length > maxIdCharacters) return { value: null, code: "id_too_long" };
  return { value, code: damageOf(value) ?? undefined };
}

function fieldOf(value: unknown): Checked {
  if (value === undefined || value === null || value === "") return { value: null };
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") {
    return { value: String(value) };
  }
  if (typeof value !== "string") return { value: null, code: "field_not_text" };
  if (value.length > maxFieldCharacters) return { value: null, code: "field_too_long" };
  return { value: value.trim() || null, code: damageOf(value) ?? undefined };
}

function attributesOf(attributes: Record<string, unknown>): Checked {
  let json: string;
  try {
    json = JSON.stringify(attributes);
  } catch {
    // Nested so deeply that it can't be written again.
    return { value: null, code: "attributes_too_large" };
  }
  if (json.length > maxAttributesCharacters || depthOf(json) > 100)
    return { value: null, code: "attributes_too_large" };
  // PostgreSQL's JSON holds neither; an escaped backslash before the "u" makes it plain text.
  if (/\\u(?:0000|d[89a-f])/i.test(json)) {
    const damage = valuesOf(attributes).map(damageOf).find(Boolean);
    if (damage) return { value: null, code: damage };
  }
  return { value: json };
}

/** NUL characters and halves of surrogate pairs can't be stored as PostgreSQL text. */
function damageOf(text: string): RejectCode | null {
  if (text.includes("\0")) return "nul_character";
  return /\p{Cs}/u.test(text) ? "invalid_utf8" : null;
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) pairs++;
  return text.length - pairs;
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inText) {
      if (character === "\\") at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}

function valuesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([name, each]) => [name, ...valuesOf(each)]);
  }
  return [];
}
