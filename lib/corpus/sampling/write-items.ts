import { DOUBLE, type DuckDBConnection, LIST, listValue, VARCHAR } from "@duckdb/node-api";
import { database } from "@/lib/platform/database/client";
import { inStatements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { openDuckDb } from "@/lib/platform/storage/duckdb";
import type { SampleDesign, StratumView } from "../schema";
import { chooseDocuments } from "./choose-documents";
import { type DrawingClaim, keepClaim } from "./drawing-claim";
import { scoreAttribute } from "./item-score";
import { NearDuplicates } from "./near-duplicates";

type Target = { sampleId: string; drawId: string; seed: number; address: string; convenience: boolean };

/**
 * Draws, and writes what was drawn. DuckDB chooses the documents and makes the rows that PostgreSQL copies in; what
 * stays in this process are the signatures by which near-duplicates are found. Returns how many were drawn.
 */
export async function writeItems(
  target: Target,
  design: SampleDesign,
  strata: StratumView[],
  claim: DrawingClaim,
  signal: AbortSignal,
): Promise<number> {
  const { connection, close } = await openDuckDb(signal);
  try {
    await chooseDocuments(connection, target, design, strata);
    await nameItems(connection, claim.extending ? target.sampleId : null);
    await groupDuplicates(connection);
    await writeStrata(connection, target, strata);
    return await copyItems(connection, target, claim);
  } finally {
    close();
  }
}

const knownAtOnce = 10_000;

/** Table `named`: each drawn document with its item. What an earlier draw of `sampleId` has stays the item that it is. */
async function nameItems(connection: DuckDBConnection, sampleId: string | null): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE known (id VARCHAR, item VARCHAR)");
  for (let after = ""; sampleId !== null; ) {
    const items = await database().$queryRaw<{ id: string; documentId: string }[]>`
      select "id"::text, "documentId" from "Item"
      where "sampleId" = ${sampleId}::uuid and "documentId" collate "C" > ${after}
      order by "documentId" collate "C" limit ${knownAtOnce}`;
    const last = items.at(-1);
    if (!last) break;
    after = last.documentId;
    await connection.run(
      "INSERT INTO known SELECT unnest(?), unnest(?)",
      [listValue(items.map(({ documentId }) => documentId)), listValue(items.map(({ id }) => id))],
      [LIST(VARCHAR), LIST(VARCHAR)],
    );
  }
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE named AS
     SELECT drawn.*, coalesce(known.item, uuidv7()::VARCHAR) AS item, known.item IS NOT NULL AS known
     FROM drawn LEFT JOIN known USING (id)`,
  );
}

/** Table `grouped`: the group of each item that has near-duplicates in this draw. */
async function groupDuplicates(connection: DuckDBConnection): Promise<void> {
  const duplicates = new NearDuplicates();
  const texts = await connection.stream(
    "SELECT item, text FROM candidate JOIN named ON candidate.rowid = named.candidate",
  );
  for await (const chunk of texts) {
    const [items = [], contents = []] = chunk.getColumns();
    for (const [index, item] of items.entries()) duplicates.add(String(item), String(contents[index]));
  }
  const groups = [...(await duplicates.groups())];
  await connection.run("CREATE OR REPLACE TEMP TABLE grouped (item VARCHAR, first VARCHAR)");
  for (let from = 0; from < groups.length; from += knownAtOnce) {
    const part = groups.slice(from, from + knownAtOnce);
    await connection.run(
      "INSERT INTO grouped SELECT unnest(?), unnest(?)",
      [listValue(part.map(([item]) => item)), listValue(part.map(([, first]) => first))],
      [LIST(VARCHAR), LIST(VARCHAR)],
    );
  }
}

/** The strata, and the table `stratum` with what is the same for all drawn items of one. */
async function writeStrata(
  connection: DuckDBConnection,
  { drawId, convenience }: Target,
  strata: StratumView[],
): Promise<void> {
  const rows = strata.map(({ key, populationSize, sampleSize }) => {
    return { id: newId(), drawId, key, populationSize, sampleSize };
  });
  await database().stratum.createMany({ data: rows });
  const probabilities = rows.map((row) => (convenience ? null : row.sampleSize / row.populationSize));
  await connection.run(
    "CREATE OR REPLACE TEMP TABLE stratum AS SELECT unnest(?) AS key, unnest(?) AS stratum, unnest(?) AS probability",
    [listValue(rows.map(({ key }) => key)), listValue(rows.map(({ id }) => id)), listValue(probabilities)],
    [LIST(VARCHAR), LIST(VARCHAR), LIST(DOUBLE)],
  );
}

/** As `copyLine` writes it; null is nothing. */
const cell = (column: string) => `coalesce('"' || replace(${column}, '"', '""') || '"', '')`;

/**
 * A JSON object as it is stored; what is none is none of ours. A classifier's score is written in before the last brace:
 * of two entries of one name jsonb keeps the last.
 */
const attributesSql = `CASE
  WHEN NOT isfinite(score) OR score IS NULL THEN object
  ELSE regexp_replace(object, '\\s*\\}\\s*$', '') || CASE WHEN json_keys(object) = [] THEN '' ELSE ',' END
    || '"${scoreAttribute}":' || score || '}' END`;
const objectSql = "CASE WHEN json_valid(attributes) AND json_type(attributes) = 'OBJECT' THEN attributes ELSE '{}' END";

const itemColumns = [
  ...["id", "sampleId", "documentId", "text", "textHash", "characters", "source", "url", "language", "originFile"],
  ...["originRow", "permanentRandom", "duplicateGroup", "attributes"],
];
const drawItemColumns = ["drawId", "itemId", "stratumId", "position", "inclusionProbability"];

const rowsSql = `SELECT
  CASE WHEN NOT known THEN concat_ws(',', item, ?, ${cell("document.id")}, ${cell("text")}, sha256(text), length(text),
    ${cell("source")}, ${cell("url")}, ${cell("language")}, ${cell("parse_filename(filename)")}, file_row_number,
    named.random, coalesce(grouped.first, item), ${cell(attributesSql)}) || chr(10) END,
  concat_ws(',', ?, item, stratum, position, coalesce(probability::VARCHAR, '')) || chr(10),
  CASE WHEN known AND grouped.first IS NOT NULL THEN item END, grouped.first
  FROM (SELECT *, rowid AS candidate, ${objectSql} AS object FROM candidate) document
  JOIN named USING (candidate) JOIN stratum ON stratum.key = named.key LEFT JOIN grouped USING (item)`;

/** Written together: as many rows, or as much text. */
const partRows = 8_000;
const partCharacters = 16 * 1024 * 1024;

type Part = { items: string[]; draws: string[]; regrouped: [item: string, group: string][]; characters: number };
const emptyPart = (): Part => ({ items: [], draws: [], regrouped: [], characters: 0 });

async function copyItems(connection: DuckDBConnection, target: Target, claim: DrawingClaim): Promise<number> {
  const rows = await connection.stream(rowsSql, [target.sampleId, target.drawId]);
  let written = 0;
  let part = emptyPart();
  for await (const chunk of rows) {
    const [items = [], draws = [], known = [], groups = []] = chunk.getColumns();
    for (const [index, draw] of draws.entries()) {
      const item = items[index];
      if (typeof item === "string") {
        part.items.push(item);
        part.characters += item.length;
      }
      part.draws.push(String(draw));
      if (known[index] !== null) part.regrouped.push([String(known[index]), String(groups[index])]);
      if (part.draws.length < partRows && part.characters < partCharacters) continue;
      written += await writePart(part, claim);
      part = emptyPart();
    }
  }
  return written + (await writePart(part, claim));
}

async function writePart({ items, draws, regrouped }: Part, claim: DrawingClaim): Promise<number> {
  await keepClaim(claim);
  const [ids, groups] = [regrouped.map(([item]) => item), regrouped.map(([, group]) => group)];
  return inStatements(async (statements, copy) => {
    await copy("Item", itemColumns, items);
    if (ids.length > 0) {
      await statements.$executeRaw`
        update "Item" item set "duplicateGroup" = grouped."first"
        from unnest(${ids}::uuid[], ${groups}::text[]) as grouped("id", "first") where item."id" = grouped."id"`;
    }
    return copy("DrawItem", drawItemColumns, draws);
  });
}
