import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { createRound } from "@/lib/validation/create-round";
import { openRound } from "@/lib/validation/open-round";
import { tallyLabels } from "@/lib/validation/tally-labels";
import { makeLabelling } from "@/lib/validation/testing/make-round";

export type MeasuredStudy = {
  studyId: string;
  owner: StudyActor;
  clinicians: StudyActor[];
  drawId: string;
  labellingRunId: string;
};

const strata = 12;

/** A study with a sample of so many documents of 200 to 3,000 characters in twelve strata, all labelled by the LLM. */
export async function makeMeasuredStudy(items: number, people: number): Promise<MeasuredStudy> {
  const studyId = await makeStudy();
  const owner = await makeMember(studyId, "owner");
  const clinicians: StudyActor[] = [];
  for (let n = 0; n < people; n++) clinicians.push(await makeMember(studyId, "clinician"));
  const corpus = await database().corpus.create({
    data: { studyId, name: "Corpus", state: "ready", address: "store:corpora/measured", documents: items * 100 },
  });
  const sample = await database().sample.create({
    data: { studyId, corpusId: corpus.id, name: "Sample", state: "ready", seed: 1 },
  });
  const draw = await database().draw.create({ data: { sampleId: sample.id, number: 1, design: {}, size: items } });
  await database().$executeRaw`
    insert into "Stratum" ("id", "drawId", "key", "populationSize", "sampleSize")
    select uuidv7(), ${draw.id}::uuid, 'stratum ' || n, ${items * 100}::int / ${strata}::int, ${items}::int / ${strata}::int
    from generate_series(0, ${strata - 1}::int) n`;
  await database().$executeRaw`
    insert into "Item" ("id", "sampleId", "documentId", "text", "textHash", "characters", "source", "originFile",
      "originRow", "permanentRandom", "duplicateGroup")
    select uuidv7(), ${sample.id}::uuid, 'document-' || n, text, encode(sha256(text::bytea), 'hex'), length(text),
      'source-' || least(abs(hashint4(n + 7)) % 40, abs(hashint4(n + 8)) % 40), 'part-00000.parquet', n, n::float8 / ${items}::int, 'document-' || n
    from generate_series(0, ${items - 1}::int) n,
      lateral (select 'Dokument ' || n || ': '
        || repeat('Der Patient klagt seit gestern über Schmerzen. ', 4 + abs(hashint4(n)) % 60) as text) made`;
  await database().$executeRaw`
    insert into "DrawItem" ("drawId", "itemId", "stratumId", "position", "inclusionProbability")
    select ${draw.id}::uuid, item."id", stratum."id", item."originRow", 0.01
    from "Item" item
    join "Stratum" stratum on stratum."drawId" = ${draw.id}::uuid
      and stratum."key" = 'stratum ' || item."originRow" % ${strata}::int
    where item."sampleId" = ${sample.id}::uuid`;
  const labellingRunId = await labelAll(studyId, draw.id, items);
  await database().$executeRaw`analyze`;
  return { studyId, owner, clinicians, drawId: draw.id, labellingRunId };
}

/** One document in five is medical, by a hash of its number; the LLM and people err by other hashes. */
export async function labelAll(studyId: string, drawId: string, items: number, salt = 1_000_000): Promise<string> {
  const id = await makeLabelling(studyId, drawId, new Map());
  await database().$executeRaw`
    insert into "LlmLabel" ("labellingRunId", "itemId", "outcome", "rawAnswer", "latencyMs")
    select ${id}::uuid, "itemId",
      (case when error = 0 then 'unusable' when (abs(hashint4("position")) % 5 = 0) = (error > 7) then 'medical'
        else 'non_medical' end)::"LlmOutcome", '{"medical": true}', 400
    from "DrawItem", lateral (select abs(hashint4("position" + ${salt}::int)) % 100 as error) made
    where "drawId" = ${drawId}::uuid`;
  await database().$executeRaw`
    update "LabellingRun" set "total" = ${items}, "medical" = counted."medical", "nonMedical" = counted."nonMedical",
      "unusable" = counted."unusable"
    from (select count(*) filter (where "outcome" = 'medical') as "medical",
        count(*) filter (where "outcome" = 'non_medical') as "nonMedical",
        count(*) filter (where "outcome" = 'unusable') as "unusable"
      from "LlmLabel" where "labellingRunId" = ${id}::uuid) counted
    where "id" = ${id}::uuid`;
  return id;
}

/** An open round over the whole sample, in which the clinicians take part; one document in five is wanted twice. */
export async function openMeasuredRound(study: MeasuredStudy): Promise<string> {
  const round = await createRound(study.owner, {
    drawId: study.drawId,
    name: "Round",
    instructionsDe: "Lesen.",
    instructionsEn: "Read.",
    memberIds: study.clinicians.map((clinician) => clinician.personId),
    doubleShare: 0.2,
    seed: 7,
  });
  await openRound(study.owner, round.id);
  await tallyLabels(round.id, study.labellingRunId);
  return round.id;
}

/** Decides the first so many documents of the queue by statements, and everything that counts them. */
export async function decideInBulk(study: MeasuredStudy, roundId: string, items: number): Promise<number> {
  const people = study.clinicians.map((clinician) => clinician.personId);
  await database().$executeRaw`
    insert into "Decision" ("id", "roundId", "roundItemId", "personId", "label", "flags", "activeMs", "idempotencyKey",
      "decidedAt")
    select uuidv7(), ${roundId}::uuid, item."id", (${people}::uuid[])[1 + person % ${people.length}::int],
      (case when error < 3 then 'unsure' when (abs(hashint4(drawn."position")) % 5 = 0) = (error > 7) then 'medical'
        else 'non_medical' end)::"DecisionLabel", '{}', 4000 + error * 50, gen_random_uuid()::text, now()
    from "RoundItem" item
    join "DrawItem" drawn on drawn."drawId" = ${study.drawId}::uuid and drawn."itemId" = item."itemId"
    cross join lateral generate_series(0, item."wanted" - 1) slot
    cross join lateral (select abs(hashint4(item."position" * 2 + slot)) % 100 as error,
      item."position" + slot * (1 + item."position" / ${people.length}::int % ${people.length - 1}::int) as person) made
    where item."roundId" = ${roundId}::uuid and item."position" < ${items}::int`;
  await database().$executeRaw`
    insert into "Claim" ("id", "roundItemId", "roundId", "personId", "state", "lapsesAt")
    select uuidv7(), "roundItemId", "roundId", "personId", 'decided', now()
    from "Decision" where "roundId" = ${roundId}::uuid`;
  await database().$executeRaw`
    update "RoundItem" item set "decided" = counted."decided", "disputed" = counted."labels" > 1,
      "gold" = case when counted."labels" = 1 and counted."label" <> 'unsure' then counted."label" end
    from (select "roundItemId", count(*) as "decided", count(distinct "label") as "labels", min("label") as "label"
      from "Decision" where "roundId" = ${roundId}::uuid group by "roundItemId") counted
    where item."id" = counted."roundItemId"`;
  await database().$executeRaw`
    update "RoundMember" member set "decided" = counted."decided", "activeMs" = counted."activeMs"
    from (select "personId", count(*) as "decided", sum("activeMs") as "activeMs" from "Decision"
      where "roundId" = ${roundId}::uuid group by "personId") counted
    where member."roundId" = ${roundId}::uuid and member."personId" = counted."personId"`;
  await database().$executeRaw`
    insert into "AgreementTally" ("roundId", "pattern", "count")
    select ${roundId}::uuid, pattern, count(*)
    from (select string_agg("personId" || ':' || "label", ' ' order by "personId") as pattern
      from "Decision" where "roundId" = ${roundId}::uuid group by "roundItemId") items
    group by pattern`;
  const decided = await database().decision.count({ where: { roundId } });
  await database().round.update({ where: { id: roundId }, data: { decided } });
  await tallyLabels(roundId, study.labellingRunId);
  await database().$executeRaw`analyze`;
  return decided;
}

/** A classifier trained on all items: 70 of 100 to train, 10 to tune, 20 to test. */
export async function makeMeasuredClassifier(study: MeasuredStudy): Promise<void> {
  const { studyId, drawId } = study;
  const labelSet = await database().labelSet.create({
    data: {
      studyId,
      name: "Labels",
      source: "people",
      seed: 1,
      tuneShare: 0.1,
      testShare: 0.2,
      address: "store:labels",
    },
  });
  await database().$executeRaw`
    insert into "LabelSetItem" ("labelSetId", "itemId", "role", "medical", "byPeople", "weight", "stratumId")
    select ${labelSet.id}::uuid, "itemId",
      (case when part < 70 then 'train' when part < 80 then 'tune' else 'test' end)::"DocumentRole",
      abs(hashint4("position")) % 5 = 0, true, 1, "stratumId"
    from "DrawItem", lateral (select abs(hashint4("position" + 2000000)) % 100 as part) made
    where "drawId" = ${drawId}::uuid`;
  const classifier = await database().classifier.create({
    data: {
      studyId,
      labelSetId: labelSet.id,
      name: "Classifier",
      madeByRunId: newId(),
      modelAddress: "store:model",
      modelDigest: "",
      onnxAddress: "store:onnx",
      onnxDigest: "",
      threshold: 0.5,
    },
  });
  await database().$executeRaw`
    insert into "ClassifierScore" ("classifierId", "itemId", "role", "score")
    select ${classifier.id}::uuid, "itemId", "role",
      (abs(hashint8(hashtextextended("itemId"::text, 0))) % 1000) / 1500.0 + case when "medical" then 0.3333 else 0 end
    from "LabelSetItem" where "labelSetId" = ${labelSet.id}::uuid and "role" <> 'train'`;
  await database().$executeRaw`analyze`;
}

/** An open comparison of 30 checkpoints in which the clinicians have cast about 100,000 votes; answers how many. */
export async function makeMeasuredComparison(study: MeasuredStudy, models: number, prompts: number): Promise<number> {
  const { studyId } = study;
  const people = study.clinicians.map((clinician) => clinician.personId);
  const promptSet = await database().promptSet.create({
    data: { studyId, name: "Prompts", address: "store:prompts", digest: "" },
  });
  const promptSetId = promptSet.id;
  const comparison = await database().comparison.create({
    data: { studyId, promptSetId, name: "Comparison", state: "open", votesPerPair: 3, seed: 1, openedAt: new Date() },
  });
  const comparisonId = comparison.id;
  await database().comparisonMember.createMany({ data: people.map((personId) => ({ comparisonId, personId })) });
  await database().$executeRaw`
    insert into "Prompt" ("id", "promptSetId", "key", "category", "text", "position")
    select uuidv7(), ${promptSetId}::uuid, 'prompt ' || n, 'Befund', 'Was bedeutet dieser Befund?', n
    from generate_series(1, ${prompts}::int) n`;
  for (let model = 0; model < models; model++) {
    const checkpoint = await database().checkpoint.create({
      data: { studyId, kind: "merged", name: `Model ${model}`, address: "store:checkpoints" },
    });
    const set = await database().answerSet.create({
      data: {
        studyId,
        promptSetId,
        checkpointId: checkpoint.id,
        madeByRunId: newId(),
        address: "store:answers",
        digest: "",
      },
    });
    await database().comparisonEntry.create({ data: { comparisonId, answerSetId: set.id } });
  }
  await database().$executeRaw`
    insert into "Answer" ("id", "answerSetId", "promptId", "text", "tokens", "finish", "words", "mixed")
    select uuidv7(), answers."id", prompt."id", repeat('Der Befund ist unauffällig. ', 30), 300, 'stop', 120, false
    from "AnswerSet" answers, "Prompt" prompt
    where answers."promptSetId" = ${promptSetId}::uuid and prompt."promptSetId" = ${promptSetId}::uuid`;
  await database().$executeRaw`
    insert into "Pair" ("id", "comparisonId", "promptId", "firstAnswerId", "secondAnswerId", "position", "wanted", "decided")
    select uuidv7(), ${comparisonId}::uuid, one."promptId",
      case when turned then other."id" else one."id" end, case when turned then one."id" else other."id" end,
      row_number() over (order by md5(one."id"::text || other."id"::text)) - 1, 3, 2
    from "Answer" one
    join "Answer" other on other."promptId" = one."promptId" and other."answerSetId" > one."answerSetId"
    cross join lateral (select hashtextextended(one."id"::text || other."id"::text, 0) % 2 = 0 as turned) made
    where one."answerSetId" in (select "answerSetId" from "ComparisonEntry" where "comparisonId" = ${comparisonId}::uuid)`;
  await database().$executeRaw`
    insert into "Vote" ("id", "comparisonId", "pairId", "personId", "outcome", "swapped", "reasons", "activeMs",
      "idempotencyKey", "decidedAt")
    select uuidv7(), ${comparisonId}::uuid, pair."id",
      (${people}::uuid[])[1 + (pair."position" + slot * (1 + pair."position" / ${people.length}::int % ${people.length - 1}::int)) % ${people.length}::int],
      (case when luck < 45 then 'first' when luck < 85 then 'second' when luck < 95 then 'tie' else 'both_bad' end)::"VoteOutcome",
      false, '{}', 9000, gen_random_uuid()::text, now()
    from "Pair" pair, generate_series(0, 1) slot,
      lateral (select abs(hashint4(pair."position" * 2 + slot)) % 100 as luck) made
    where pair."comparisonId" = ${comparisonId}::uuid`;
  await database().$executeRaw`
    insert into "PairClaim" ("id", "pairId", "comparisonId", "personId", "state", "lapsesAt", "swapped")
    select uuidv7(), "pairId", "comparisonId", "personId", 'decided', now(), false
    from "Vote" where "comparisonId" = ${comparisonId}::uuid`;
  await database().$executeRaw`
    insert into "VoteTally" ("comparisonId", "firstAnswerSetId", "secondAnswerSetId", "personId", "promptId", "firstWins",
      "secondWins", "ties", "bothBad")
    select ${comparisonId}::uuid, one."answerSetId", other."answerSetId", vote."personId", pair."promptId",
      count(*) filter (where vote."outcome" = 'first'), count(*) filter (where vote."outcome" = 'second'),
      count(*) filter (where vote."outcome" = 'tie'), count(*) filter (where vote."outcome" = 'both_bad')
    from "Vote" vote
    join "Pair" pair on pair."id" = vote."pairId"
    join "Answer" one on one."id" = pair."firstAnswerId"
    join "Answer" other on other."id" = pair."secondAnswerId"
    where vote."comparisonId" = ${comparisonId}::uuid
    group by 2, 3, 4, 5`;
  const pairs = await database().pair.count({ where: { comparisonId } });
  await database().comparison.update({
    where: { id: comparisonId },
    data: { pairs, wanted: pairs * 3, votesCast: pairs * 2, revision: { increment: 1 } },
  });
  await database().$executeRaw`analyze`;
  return pairs * 2;
}
