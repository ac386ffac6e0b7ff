import { DOUBLE, type DuckDBConnection, LIST, listValue, VARCHAR } from "@duckdb/node-api";
import { checkTogether } from "@/lib/platform/database/check-together";
import { database, Prisma } from "@/lib/platform/database/client";
import { inStatements, statements } from "@/lib/platform/database/statements";
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
    await writeStrata(connection, target, strata);
    const duplicates = new NearDuplicates();
    const written = await copyItems(connection, target, duplicates, claim);
    await writeGroups(await duplicates.groups(), claim);
    return written;
  } finally {
    close();
  }
}

const rowsAtOnce = 10_000;

/** Table `named`: each drawn document with its item. What an earlier draw of `sampleId` has stays the item that it is. */
async function nameItems(connection: DuckDBConnection, sampleId: string | null): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE known (id VARCHAR, item VARCHAR)");
  for (let after = ""; sampleId !== null; ) {
    const items = await database().$queryRaw<{ id: string; documentId: string }[]>`
      select "id"::text, "documentId" from "Item"
      where "sampleId" = ${sampleId}::uuid and "documentId" collate "C" > ${after}
      order by "documentId" collate "C" limit ${rowsAtOnce}`;
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
    named.random, item, ${cell(attributesSql)}) || chr(10) END,
  concat_ws(',', ?, item, stratum, position, coalesce(probability::VARCHAR, '')) || chr(10),
  item, text
  FROM (SELECT *, rowid AS candidate, ${objectSql} AS object FROM candidate) document
  JOIN named USING (candidate) JOIN stratum ON stratum.key = named.key`;

/** Written together: as many rows, or as much text. */
const partRows = 4_000;
const partCharacters = 8 * 1024 * 1024;

type Part = { ids: string[]; items: string[]; draws: string[]; characters: number };
const emptyPart = (): Part => ({ ids: [], items: [], draws: [], characters: 0 });

/** Two parts are on their way at a time, each in a transaction of its own, while the next one is made. */
const partsAtOnce = 2;

/** Every drawn text is also handed to `duplicates`. */
async function copyItems(
  connection: DuckDBConnection,
  target: Target,
  duplicates: NearDuplicates,
  claim: DrawingClaim,
): Promise<number> {
  const rows = await connection.stream(rowsSql, [target.sampleId, target.drawId]);
  const underWay = new Set<Promise<void>>();
  let written = 0;
  const send = async (part: Part) => {
    if (underWay.size >= partsAtOnce) await Promise.race(underWay);
    const sent = writePart(target, part, claim).then((count) => {
      written += count;
      underWay.delete(sent);
    });
    underWay.add(sent);
    // Told by whoever waits for it next.
    sent.catch(() => {});
  };
  try {
    let part = emptyPart();
    for await (const chunk of rows) {
      const [items = [], draws = [], ids = [], texts = []] = chunk.getColumns();
      for (const [index, draw] of draws.entries()) {
        const item = items[index];
        if (typeof item === "string") {
          part.items.push(item);
          part.characters += item.length;
        }
        part.draws.push(String(draw));
        const id = String(ids[index]);
        part.ids.push(id);
        duplicates.add(id, String(texts[index]));
        if (part.draws.length < partRows && part.characters < partCharacters) continue;
        await send(part);
        part = emptyPart();
      }
    }
    await send(part);
    await Promise.all(underWay);
    return written;
  } finally {
    // Whatever failed: nothing is written any more once this has ended.
    await Promise.allSettled(underWay);
  }
}

async function writePart({ drawId }: Target, { ids, items, draws }: Part, claim: DrawingClaim): Promise<number> {
  await keepClaim(claim);
  const written = [
    { table: "Item", among: Prisma.sql`child."id" = any(${ids}::uuid[])` },
    { table: "DrawItem", among: Prisma.sql`child."drawId" = ${drawId}::uuid and child."itemId" = any(${ids}::uuid[])` },
  ];
  return inStatements((statements, copy) =>
    checkTogether(statements, written, async () => {
      await copy("Item", itemColumns, items);
      return copy("DrawItem", drawItemColumns, draws);
    }),
  );
}

/** What an earlier draw has joins the groups that this one's texts show. */
async function writeGroups(groups: Map<string, string>, claim: DrawingClaim): Promise<void> {
  const members = [...groups];
  for (let from = 0; from < members.length; from += rowsAtOnce) {
    await keepClaim(claim);
    const part = members.slice(from, from + rowsAtOnce);
    const [ids, firsts] = [part.map(([id]) => id), part.map(([, first]) => first)];
    await statements().$executeRaw`
      update "Item" item set "duplicateGroup" = grouped."first"
      from unnest(${ids}::uuid[], ${firsts}::text[]) as grouped("id", "first") where item."id" = grouped."id"`;
  }
}
