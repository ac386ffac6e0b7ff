import { type Database, database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import type { Assignment } from "./assignment";

/** `documents`: with a decision that counts; `decided`: such decisions. */
export type Continuable = { id: string; name: string; documents: number; decided: number };

/**
 * Closed rounds whose decisions a new round over each draw can go on from, newest first: over the draw itself, or over one
 * that it extends. Of these draws' strata what is decided is a part by chance, so that figures hold while the new round is
 * under way too; of a draw of another design it would not be.
 */
export async function findContinuable(
  studyId: string,
  transaction: Database = database(),
): Promise<Map<string, Continuable[]>> {
  const rows = await transaction.$queryRaw<(Continuable & { forDrawId: string })[]>`
    with recursive line as (
      select draw."id" as "forDrawId", draw."id", draw."extendsDrawId"
      from "Draw" draw join "Sample" sample on sample."id" = draw."sampleId" where sample."studyId" = ${studyId}::uuid
      union all
      select line."forDrawId", earlier."id", earlier."extendsDrawId"
      from line join "Draw" earlier on earlier."id" = line."extendsDrawId"
    )
    select line."forDrawId", round."id", round."name", round."decided",
      (select count(*)::int from "RoundItem" item where item."roundId" = round."id" and item."decided" > 0) as "documents"
    from line join "Round" round on round."drawId" = line."id"
    left join "AnnotationImport" imported on imported."roundId" = round."id"
    where round."studyId" = ${studyId}::uuid and round."state" = 'closed' and round."decided" > 0 and imported."id" is null
    order by round."closedAt" desc, round."id"`;
  const found = new Map<string, Continuable[]>();
  for (const { forDrawId, ...round } of rows) found.set(forDrawId, [...(found.get(forDrawId) ?? []), round]);
  return found;
}

/** Throws 422 `round_not_continuable`. */
export async function checkContinued(
  transaction: Database,
  studyId: string,
  drawId: string,
  continuesRoundId: string | null | undefined,
): Promise<void> {
  if (!continuesRoundId) return;
  const rounds = (await findContinuable(studyId, transaction)).get(drawId) ?? [];
  if (!rounds.some(({ id }) => id === continuesRoundId)) throw unprocessable("round_not_continuable");
}

/** What was decided in the earlier round, in the order of its queue; each document wants the decisions that it has. */
export function carriedAssignment(
  transaction: Database,
  continuesRoundId: string,
  drawId: string,
): Promise<Assignment> {
  return transaction.$queryRaw<Assignment>`
    select item."itemId", item."decided" as "wanted"
    from "RoundItem" item
    join "DrawItem" drawn on drawn."drawId" = ${drawId}::uuid and drawn."itemId" = item."itemId"
    where item."roundId" = ${continuesRoundId}::uuid and item."decided" > 0
    order by item."position"`;
}

/**
 * Takes what counts of the earlier round into the queue of one that is being opened: decisions, adjudications, and all that
 * counts them. Who has decided there takes part here. The earlier round stays as it is; its rows are named in the keys.
 * Answers how many decisions came along.
 */
export async function carryDecisions(
  transaction: Database,
  roundId: string,
  continuesRoundId: string,
): Promise<number> {
  const key = `carried:${roundId}:`;
  const carried = await transaction.$executeRaw`
    insert into "Decision" ("id", "roundId", "roundItemId", "personId", "label", "flags", "note", "activeMs", "highlighted",
      "idempotencyKey", "decidedAt", "createdAt")
    select uuidv7(), ${roundId}::uuid, item."id", one."personId", one."label", one."flags", one."note", one."activeMs",
      one."highlighted", ${key}::text || one."id", one."decidedAt", one."createdAt"
    from "RoundItem" item
    join "RoundItem" earlier on earlier."roundId" = ${continuesRoundId}::uuid and earlier."itemId" = item."itemId"
    join "Decision" one on one."roundItemId" = earlier."id"
    where item."roundId" = ${roundId}::uuid and one."label" is not null and not one."surplus"
      and not exists (select 1 from "Decision" later where later."correctsId" = one."id")`;
  await transaction.$executeRaw`
    insert into "Claim" ("id", "roundItemId", "roundId", "personId", "state", "lapsesAt")
    select uuidv7(), "roundItemId", "roundId", "personId", 'decided', now()
    from "Decision" where "roundId" = ${roundId}::uuid`;
  await transaction.$executeRaw`
    insert into "Adjudication" ("id", "roundId", "roundItemId", "personId", "label", "note", "activeMs", "highlighted",
      "idempotencyKey", "decidedAt", "createdAt")
    select uuidv7(), ${roundId}::uuid, item."id", one."personId", one."label", one."note", one."activeMs",
      one."highlighted", ${key}::text || one."id", one."decidedAt", one."createdAt"
    from "RoundItem" item
    join "RoundItem" earlier on earlier."roundId" = ${continuesRoundId}::uuid and earlier."itemId" = item."itemId"
    join "Adjudication" one on one."roundItemId" = earlier."id"
    where item."roundId" = ${roundId}::uuid and one."label" is not null and not one."surplus"
      and not exists (select 1 from "Adjudication" later where later."correctsId" = one."id")`;
  await transaction.$executeRaw`
    update "RoundItem" item
    set "decided" = earlier."decided", "agreed" = earlier."agreed", "disputed" = earlier."disputed",
      "flagged" = earlier."flagged", "contested" = earlier."contested", "settled" = earlier."settled",
      "gold" = earlier."gold"
    from "RoundItem" earlier
    where item."roundId" = ${roundId}::uuid and earlier."roundId" = ${continuesRoundId}::uuid
      and earlier."itemId" = item."itemId" and earlier."decided" > 0`;
  await transaction.$executeRaw`
    insert into "RoundMember" as member ("roundId", "personId", "decided", "activeMs")
    select "roundId", "personId", count(*), sum("activeMs")
    from "Decision" where "roundId" = ${roundId}::uuid group by "roundId", "personId"
    on conflict ("roundId", "personId") do update set "decided" = excluded."decided", "activeMs" = excluded."activeMs"`;
  await transaction.$executeRaw`
    insert into "AgreementTally" ("roundId", "pattern", "count")
    select ${roundId}::uuid, "pattern", count(*)
    from (
      select string_agg("personId" || ':' || "label", ' ' order by "personId") as "pattern"
      from "Decision" where "roundId" = ${roundId}::uuid group by "roundItemId"
    ) items
    group by "pattern"`;
  await transaction.$executeRaw`
    update "Round" set "decided" = ${carried}, "carried" = ${carried},
      "highlighted" = (select count(*) from "Decision" where "roundId" = ${roundId}::uuid and "highlighted")
    where "id" = ${roundId}::uuid`;
  return carried;
}
