import { allocateStrata } from "@/lib/corpus/sampling/allocate";
import { scoreAttribute } from "@/lib/corpus/sampling/item-score";
import { lengthBandSql, type PlannedDraw, requireDrawable, shareBandSql } from "@/lib/corpus/sampling/strata";
import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { type DrawTrait, type SubsampleDesign, subsampleDesignSchema } from "@/lib/corpus/schema";
import { type Database, Prisma } from "@/lib/platform/database/client";
import { notFound, Problem, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { LlmOutcome } from "../quality/schema";
import { isConvenience } from "../rules";

/** A stratum of a second phase, and the first phase's stratum in which it lies. */
export type SecondPhaseStratum = PlannedDraw & {
  phaseOneStratumId: string;
  phaseOneStratum?: { id: string; populationSize: number; sampleSize: number };
};

type Parent = Prisma.DrawGetPayload<{ include: { strata: true; sample: true } }>;

/** Throws 404, `draw_is_second_phase`, `draw_is_convenience`, `draw_too_large`, `labels_needed`, `labelling_not_ended`, `seed_of_prior_round`, `quality_hidden_while_deciding`. */
async function readParent(transaction: Database, actor: StudyActor, design: SubsampleDesign): Promise<Parent> {
  const { studyId } = actor;
  const draw = await transaction.draw.findFirst({
    where: { id: design.drawId, ...usableDraw(studyId) },
    include: { strata: true, sample: true },
  });
  if (!draw) throw notFound();
  if (draw.parentDrawId) throw unprocessable("draw_is_second_phase");
  if (isConvenience(draw.design)) throw unprocessable("draw_is_convenience");
  if (design.size > draw.size) throw unprocessable("draw_too_large", { size: design.size, documents: draw.size });
  const byLabels = design.by.includes("llm") || design.by.includes("confidence") || design.priorRoundId !== null;
  if (byLabels && !design.labellingRunId) throw unprocessable("labels_needed");
  const { sampleId } = draw;
  if (design.labellingRunId) {
    const run = await transaction.labellingRun.findFirst({
      where: { id: design.labellingRunId, studyId, draw: { sampleId } },
      select: { state: true },
    });
    if (!run) throw notFound();
    if (run.state === "queued" || run.state === "running") throw unprocessable("labelling_not_ended");
  }
  if (design.priorRoundId)
    await checkPriorRound(transaction, actor, draw, { id: design.priorRoundId, seed: design.seed });
  return draw;
}

/**
 * What people settled on may shape a later draw only if that draw is by chance of its own: with the seed of the earlier
 * draw the same documents would both decide how many are drawn and be drawn.
 */
async function checkPriorRound(
  transaction: Database,
  actor: StudyActor,
  parent: Parent,
  { id, seed }: { id: string; seed: number },
): Promise<void> {
  const round = await transaction.round.findFirst({
    where: { id, studyId: actor.studyId, draw: { sampleId: parent.sampleId } },
    include: { draw: true, members: { select: { personId: true } } },
  });
  if (!round) throw notFound();
  // As on the label-quality page: what follows from decisions tells who decides what others and the LLM think.
  if (round.state === "open" && round.members.some(({ personId }) => personId === actor.personId)) {
    throw new Problem(403, "quality_hidden_while_deciding");
  }
  const earlier = subsampleDesignSchema.safeParse(round.draw.design);
  const usedSeed = earlier.success ? earlier.data.seed : parent.sample.seed;
  if (usedSeed === seed) throw unprocessable("seed_of_prior_round");
}

/** PostgreSQL's expression for the permanent random number of `permanentRandom` (lib/corpus/sampling). */
const randomSql = (seed: number) => Prisma.sql`
  ((('x' || substr(encode(sha256(convert_to(${`${seed}:`} || item."documentId", 'UTF8')), 'hex'), 1, 14))::bit(56)::bigint >> 3)
    ::double precision / 9007199254740992)`;

/** One row for each item of the parent draw, with the key of its stratum. Only checked numbers enter as text. */
function cellsSql(parent: { id: string; strata: readonly unknown[] }, design: SubsampleDesign): Prisma.Sql {
  const score = `(item."attributes"->>'${scoreAttribute}')::double precision`;
  const parts: Record<DrawTrait, string> = {
    length: lengthBandSql('item."characters"', design.lengthEdges),
    source: `'source:' || coalesce(item."source", '–')`,
    language: `'language:' || coalesce(item."language", '–')`,
    score: shareBandSql("score", score, design.scoreEdges),
    llm: `'llm:' || coalesce(label."outcome"::text, '–')`,
    confidence: shareBandSql("confidence", 'label."probability"', design.confidenceEdges),
  };
  const names = [...(parent.strata.length > 1 ? ['own."key"'] : []), ...design.by.map((trait) => parts[trait])];
  const key = Prisma.raw(names.length > 0 ? names.map((name) => `(${name})`).join(" || '|' || ") : "'all'");
  return Prisma.sql`
    select drawn."itemId", drawn."stratumId" as "phaseOneStratumId", drawn."inclusionProbability",
      item."documentId", ${key} as "key", label."outcome",
      coalesce(label."probability", ${Prisma.raw(score)}) as "score", decided."gold"
    from "DrawItem" drawn
    join "Stratum" own on own."id" = drawn."stratumId"
    join "Item" item on item."id" = drawn."itemId"
    left join "LlmLabel" label on label."itemId" = item."id" and label."labellingRunId" = ${design.labellingRunId}::uuid
    left join "RoundItem" decided on decided."itemId" = item."id" and decided."roundId" = ${design.priorRoundId}::uuid
      and decided."decided" > 0 and decided."gold" <> 'unsure'
    where drawn."drawId" = ${parent.id}::uuid`;
}

type CellCount = {
  key: string;
  phaseOneStratumId: string;
  size: number;
  called: number;
  labelled: number;
  score: number | null;
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
};

/**
 * The strata of a second phase with how many of each it draws, and what is known of them: what the LLM called medical, how
 * probable it held that, and what people settled on in the earlier round. `drawn`: as in planStrata. `weight` is the number
 * of documents of the corpus that a stratum stands for. Throws what readParent and requireDrawable throw.
 */
export async function planSecondPhase(
  transaction: Database,
  actor: StudyActor,
  design: SubsampleDesign,
  drawn?: ReadonlyMap<string, number>,
): Promise<{ parent: Parent; strata: SecondPhaseStratum[] }> {
  const parent = await readParent(transaction, actor, design);
  const counts = await transaction.$queryRaw<CellCount[]>`
    select "key", "phaseOneStratumId", count(*)::int as "size",
      count(*) filter (where "outcome" = 'medical')::int as "called", count("outcome")::int as "labelled",
      avg("score") as "score",
      count(*) filter (where "outcome" = 'medical' and "gold" = 'medical')::int as "truePositive",
      count(*) filter (where "outcome" = 'medical' and "gold" = 'non_medical')::int as "falsePositive",
      count(*) filter (where "outcome" <> 'medical' and "gold" = 'medical')::int as "falseNegative",
      count(*) filter (where "outcome" <> 'medical' and "gold" = 'non_medical')::int as "trueNegative"
    from (${cellsSql(parent, design)}) cell
    group by "key", "phaseOneStratumId" order by "key" collate "C"`;
  const labelled = counts.reduce((sum, cell) => sum + cell.labelled, 0);
  const called = counts.reduce((sum, cell) => sum + cell.called, 0);
  const phaseOne = new Map(parent.strata.map((stratum) => [stratum.id, stratum]));
  const cells = counts.map((cell) => {
    const own = phaseOne.get(cell.phaseOneStratumId);
    const { truePositive, falsePositive, falseNegative, trueNegative } = cell;
    const judged = truePositive + falsePositive + falseNegative + trueNegative > 0;
    return {
      key: cell.key,
      phaseOneStratumId: cell.phaseOneStratumId,
      phaseOneStratum: own,
      populationSize: cell.size,
      weight: own ? (cell.size * own.populationSize) / own.sampleSize : cell.size,
      // An unusable answer counts as negative; what the run has not labelled is called medical as often as the rest.
      positiveShare: labelled === 0 ? null : cell.labelled > 0 ? cell.called / cell.labelled : called / labelled,
      score: cell.score,
      ...(judged ? { judged: { truePositive, falsePositive, falseNegative, trueNegative } } : {}),
    };
  });
  const sizes = allocateStrata(
    cells,
    design,
    cells.map(({ key }) => drawn?.get(key) ?? 0),
  );
  const strata = cells.map((cell, index) => ({ ...cell, sampleSize: sizes[index] ?? 0 }));
  requireDrawable(strata);
  return { parent, strata };
}

/**
 * Writes strata and items of a second phase: from each stratum the items with the smallest permanent random numbers. An
 * item's inclusion probability is that of the first phase times that of the second (Särndal, Swensson and Wretman 1992,
 * section 9.2).
 */
export async function writeSecondPhase(
  transaction: Database,
  drawId: string,
  parent: Parent,
  design: SubsampleDesign,
  strata: readonly SecondPhaseStratum[],
): Promise<void> {
  await transaction.stratum.createMany({
    data: strata.map(({ key, populationSize, sampleSize, phaseOneStratumId }) => {
      return { drawId, key, populationSize, sampleSize, phaseOneStratumId };
    }),
  });
  await transaction.$executeRaw`
    with ranked as (
      select cell.*, ${randomSql(design.seed)} as "random"
      from (${cellsSql(parent, design)}) cell join "Item" item on item."id" = cell."itemId"
    ), chosen as (
      select ranked."itemId", ranked."documentId", ranked."random", stratum."id" as "stratumId",
        ranked."inclusionProbability" * stratum."sampleSize" / stratum."populationSize" as "inclusionProbability",
        stratum."sampleSize",
        row_number() over (partition by stratum."id" order by ranked."random", ranked."documentId") as "rank"
      from ranked join "Stratum" stratum on stratum."drawId" = ${drawId}::uuid and stratum."key" = ranked."key"
    )
    insert into "DrawItem" ("drawId", "itemId", "stratumId", "position", "inclusionProbability")
    select ${drawId}::uuid, "itemId", "stratumId",
      row_number() over (order by "random", "documentId") - 1, "inclusionProbability"
    from chosen where "rank" <= "sampleSize"`;
}

type OutcomeCount = { stratumId: string; outcome: LlmOutcome; count: number };

/**
 * All labels that a labelling run has on the documents of the first phase, by the strata of the second one. Null where the
 * design no longer gives the strata that were drawn from, since labels that came later have moved documents.
 */
export async function countFirstPhase(
  transaction: Database,
  drawId: string,
  parentDrawId: string,
  design: SubsampleDesign,
  labellingRunId: string,
): Promise<OutcomeCount[] | null> {
  const strata = await transaction.stratum.findMany({ where: { drawId }, select: { id: true, populationSize: true } });
  const firstPhase = await transaction.stratum.findMany({ where: { drawId: parentDrawId }, select: { id: true } });
  // Which strata there are, an earlier round does not tell.
  const cells = cellsSql({ id: parentDrawId, strata: firstPhase }, { ...design, priorRoundId: null });
  const counts = await transaction.$queryRaw<{ stratumId: string | null; outcome: LlmOutcome | null; count: number }[]>`
    select stratum."id" as "stratumId", given."outcome", count(*)::int as "count"
    from (${cells}) cell
    left join "Stratum" stratum on stratum."drawId" = ${drawId}::uuid and stratum."key" = cell."key"
    left join "LlmLabel" given on given."itemId" = cell."itemId" and given."labellingRunId" = ${labellingRunId}::uuid
    group by 1, 2`;
  const sizes = new Map<string | null, number>();
  for (const { stratumId, count } of counts) sizes.set(stratumId, (sizes.get(stratumId) ?? 0) + count);
  const same = !sizes.has(null) && strata.every(({ id, populationSize }) => (sizes.get(id) ?? 0) === populationSize);
  if (!same) return null;
  return counts.flatMap(({ stratumId, outcome, count }) =>
    stratumId && outcome ? [{ stratumId, outcome, count }] : [],
  );
}
