import { Prisma } from "@/lib/platform/database/client";
import type { Statements } from "@/lib/platform/database/statements";
import type { GoldState } from "./rules";

type Change = {
  roundId: string;
  personId: string;
  itemId: string;
  stratumId: string;
  /** what the round's and the person's counts gain */
  decided: number;
  highlighted: number;
  ownDecided: number;
  activeMs: number;
  gold: { before: GoldState | null; after: GoldState | null };
  pattern: { before: string | null; after: string | null };
};

/**
 * Keeps every tally that pages read, as the last statement of a decision. The round's row comes first and everything else
 * hangs on it, so that decisions take the tallies' rows in one order and wait for each other only this long. A labelling
 * run's tallies move only while TalliedLabelling says that they hold all of its labels; else they are rebuilt anyway.
 * `first`: what the same statement does before it comes to the round's row, the last of it named `done`.
 */
export async function tallyDecision(
  transaction: Statements,
  change: Change,
  first: Prisma.Sql = Prisma.sql`done as (select 1)`,
): Promise<void> {
  const { roundId, personId, itemId, stratumId, gold, pattern } = change;
  const goldMoved = gold.before !== gold.after;
  const patternMoved = pattern.before !== pattern.after;
  await transaction.$executeRaw`
    with ${first}, turn as materialized (
      update "Round" set "decided" = "decided" + ${change.decided}, "highlighted" = "highlighted" + ${change.highlighted}
      where "id" = ${roundId}::uuid and (select count(*) from done) is not null returning "id"
    ), own as (
      update "RoundMember" member
      set "decided" = member."decided" + ${change.ownDecided}, "activeMs" = member."activeMs" + ${change.activeMs}
      from turn where member."roundId" = turn."id" and member."personId" = ${personId}::uuid
    ), labels as materialized (
      select label."labellingRunId", label."outcome"
      from turn
      join "TalliedLabelling" tallied on tallied."roundId" = turn."id"
      join "LabellingRun" run on run."id" = tallied."labellingRunId"
        and run."medical" + run."nonMedical" + run."unusable" = tallied."labels"
      join "LlmLabel" label on label."labellingRunId" = run."id" and label."itemId" = ${itemId}::uuid
      where ${goldMoved}
    ), gold_less as (
      update "QualityTally" tally set "count" = tally."count" - 1
      from labels
      where tally."roundId" = ${roundId}::uuid and tally."labellingRunId" = labels."labellingRunId"
        and tally."stratumId" = ${stratumId}::uuid and tally."outcome" = labels."outcome" and tally."gold" = ${gold.before}
    ), gold_more as (
      insert into "QualityTally" as tally ("roundId", "labellingRunId", "stratumId", "outcome", "gold", "count")
      select ${roundId}::uuid, labels."labellingRunId", ${stratumId}::uuid, labels."outcome", ${gold.after}, 1
      from labels where ${gold.after}::text is not null
      on conflict ("roundId", "labellingRunId", "stratumId", "outcome", "gold") do update set "count" = tally."count" + 1
    ), pattern_less as (
      update "AgreementTally" tally set "count" = tally."count" - 1
      from turn where tally."roundId" = turn."id" and tally."pattern" = ${pattern.before} and ${patternMoved}
    )
    insert into "AgreementTally" as tally ("roundId", "pattern", "count")
    select turn."id", ${pattern.after}, 1 from turn where ${patternMoved} and ${pattern.after}::text is not null
    on conflict ("roundId", "pattern") do update set "count" = tally."count" + 1`;
}
