import path from "node:path";
import { z } from "zod";
import { startFiltering } from "@/lib/classifiers/start-filtering";
import { startTraining } from "@/lib/classifiers/start-training";
import { presets } from "@/lib/compute/specs";
import { startImport } from "@/lib/corpus/import/start-import";
import { createSample } from "@/lib/corpus/sampling/create-sample";
import { startGeneration } from "@/lib/generations/start-generation";
import { defineJob } from "@/lib/jobs/define";
import { closeComparison, openComparison } from "@/lib/judging/change-comparison";
import { createComparison } from "@/lib/judging/create-comparison";
import { listPrompts } from "@/lib/labelling/prompts";
import { labellingParametersSchema } from "@/lib/labelling/schema";
import { startLabelling } from "@/lib/labelling/start-labelling";
import { startMerge } from "@/lib/models/start-merge";
import { startPretraining } from "@/lib/models/start-pretraining";
import { startEvaluation } from "@/lib/multiple-choice/start-evaluation";
import { database } from "@/lib/platform/database/client";
import { enterStudy, type StudyActor } from "@/lib/studies/actor";
import { closeRound } from "@/lib/validation/close-round";
import { createRound } from "@/lib/validation/create-round";
import { readDefaultInstructions } from "@/lib/validation/default-instructions";
import { openRound } from "@/lib/validation/open-round";
import { adjudicateAll, decideAll, simulatedMembers, voteAll } from "./simulated-people";

/**
 * Walks the example study along the road, station by station, as its owner would by clicking: whatever can begin and has
 * not begun is begun. Runs are carried out by the same backend as any others; only the people are simulated, and marked.
 * A station that failed is left as it is, for whoever looks to see.
 */
export const walkExampleStudy = defineJob({
  name: "example.walk",
  payload: z.object({}),
  everySeconds: 5,
  async run() {
    const actor = await ownerOfExample();
    if (!actor) return;
    for (const station of stations) {
      if (!(await station(actor))) return;
    }
  },
});

async function ownerOfExample(): Promise<StudyActor | null> {
  const owner = await database().member.findFirst({
    where: { role: "owner", study: { example: true, archivedAt: null } },
    include: { person: true },
  });
  if (!owner) return null;
  const { id: personId, name, email, administrator, locale, theme } = owner.person;
  return enterStudy({ personId, name, email, administrator, locale, theme, token: null }, owner.studyId);
}

/** Begins what can begin; true where the next station may look, false where it has to wait. */
type Walk = (actor: StudyActor) => Promise<boolean>;

const seed = 1;
const sampleSize = 300;
/** Short answers: enough to compare, and done in minutes on two cores. */
const answerTokens = 64;

const importCorpus: Walk = async (actor) => {
  const corpus = await exampleCorpus(actor);
  if (corpus) return corpus.state === "ready";
  const columns = { text: "text", id: "id", source: "source", url: "url", language: null, gold: "gold" };
  const file = path.join(process.cwd(), "example", "corpus", "pages.jsonl");
  const source = { kind: "path" as const, path: file };
  await startImport(actor, {
    source,
    name: "Beispielkorpus",
    description: "340 deutsche Webseiten, für das Studio geschrieben",
    columns,
  });
  return false;
};

const exampleCorpus = (actor: StudyActor) =>
  database().corpus.findFirst({ where: { studyId: actor.studyId, madeByRunId: null }, orderBy: { createdAt: "asc" } });
const exampleSample = (actor: StudyActor) =>
  database().sample.findFirst({
    where: { studyId: actor.studyId },
    include: { draws: true },
    orderBy: { createdAt: "asc" },
  });

const drawSample: Walk = async (actor) => {
  const sample = await exampleSample(actor);
  if (sample) return sample.state === "ready";
  const corpus = await exampleCorpus(actor);
  if (!corpus) return false;
  await createSample(actor, {
    name: "Stichprobe 1",
    corpusId: corpus.id,
    seed,
    design: { kind: "simple", size: Math.min(sampleSize, corpus.documents) },
  });
  return false;
};

/** The road goes on when the labelling is over, however it ended: the classifier learns from people, but on two cores
 * the runs would starve the local model. */
const label: Walk = async (actor) => {
  const drawId = (await exampleSample(actor))?.draws[0]?.id;
  if (!drawId) return false;
  const begun = await database().labellingRun.findFirst({ where: { studyId: actor.studyId } });
  if (begun) return begun.state !== "queued" && begun.state !== "running";
  const endpoint = await database().llmEndpoint.findFirst({
    where: { archivedAt: null },
    orderBy: { createdAt: "asc" },
  });
  const prompt = (await listPrompts(actor)).find(({ language }) => language === "de");
  if (!endpoint || !prompt) return true;
  const parameters = labellingParametersSchema.parse({ concurrency: 2, maxCharacters: 4000 });
  await startLabelling(actor, { drawId, endpointId: endpoint.id, promptId: prompt.id, tokenBudget: null, parameters });
  return false;
};

const validate: Walk = async (actor) => {
  const { studyId } = actor;
  const drawId = (await exampleSample(actor))?.draws[0]?.id;
  const rounds = await database().round.findMany({ where: { studyId }, orderBy: { createdAt: "asc" } });
  if (!drawId) return false;
  const people = await simulatedMembers(studyId, "clinician");
  const instructions = await readDefaultInstructions();
  const round =
    rounds[0] ??
    (await newRound(
      actor,
      drawId,
      "Runde 1 (simulierte Personen)",
      people.map(({ personId }) => personId),
      0.3,
      instructions,
    ));
  if (round.state === "draft") await openRound(actor, round.id);
  if (round.state !== "closed") {
    for (const person of people) await decideAll(person, round.id);
    for (const person of await simulatedMembers(studyId, "adjudicator")) await adjudicateAll(person, round.id);
    await closeRound(actor, round.id);
  }
  if (rounds.length < 2) {
    const guests = await database().member.findMany({
      where: { studyId, role: "clinician", person: { simulated: false } },
    });
    const open = await newRound(
      actor,
      drawId,
      "Zum Ausprobieren",
      guests.map(({ personId }) => personId),
      0,
      instructions,
    );
    await openRound(actor, open.id);
  }
  return true;
};

const newRound = (
  actor: StudyActor,
  drawId: string,
  name: string,
  memberIds: string[],
  doubleShare: number,
  { de, en }: { de: string; en: string },
) => createRound(actor, { drawId, name, instructionsDe: de, instructionsEn: en, memberIds, doubleShare, seed });

const hasRun = (actor: StudyActor, kind: string) =>
  database().run.findFirst({ where: { studyId: actor.studyId, kind } });

const train: Walk = async (actor) => {
  const classifier = await database().classifier.findFirst({ where: { studyId: actor.studyId } });
  if (classifier) return true;
  if (await hasRun(actor, "train-classifier")) return false;
  const [encoder, round] = await Promise.all([
    database().checkpoint.findFirst({ where: { studyId: null, kind: "encoder", archivedAt: null } }),
    database().round.findFirst({ where: { studyId: actor.studyId, state: "closed" } }),
  ]);
  if (!encoder || !round) return false;
  await startTraining(actor, {
    name: "Klassifikator 1",
    encoderId: encoder.id,
    source: "people",
    roundId: round.id,
    labellingRunId: null,
    tuneShare: 0.2,
    testShare: 0.3,
    seed,
    parameters: { ...presets["train-classifier"].example },
  });
  return false;
};

const filter: Walk = async (actor) => {
  const { studyId } = actor;
  if (await database().corpus.findFirst({ where: { studyId, madeByRunId: { not: null } } })) return true;
  if (await hasRun(actor, "classify-corpus")) return false;
  const [corpus, classifier] = await Promise.all([
    exampleCorpus(actor),
    database().classifier.findFirst({ where: { studyId } }),
  ]);
  if (!corpus || !classifier) return false;
  await startFiltering(actor, {
    name: "Gefiltertes Beispielkorpus",
    corpusId: corpus.id,
    classifierId: classifier.id,
    precision: "int8",
    batchSize: 16,
  });
  return false;
};

const baseModel = () => database().checkpoint.findFirst({ where: { studyId: null, kind: "base", archivedAt: null } });

const pretrain: Walk = async (actor) => {
  const { studyId } = actor;
  if (await database().checkpoint.findFirst({ where: { studyId, kind: "pretrained" } })) return true;
  if (await hasRun(actor, "pretrain")) return false;
  const [base, corpus] = await Promise.all([
    baseModel(),
    database().corpus.findFirst({ where: { studyId, madeByRunId: { not: null } } }),
  ]);
  if (!base || !corpus) return false;
  await startPretraining(actor, {
    name: "SmolLM2-135M-CPT",
    corpusId: corpus.id,
    baseId: base.id,
    seed,
    parameters: { ...presets.pretrain.example },
  });
  return false;
};

const merge: Walk = async (actor) => {
  const { studyId } = actor;
  if (await database().checkpoint.findFirst({ where: { studyId, kind: "merged" } })) return true;
  if (await hasRun(actor, "merge")) return false;
  const [base, pretrained] = await Promise.all([
    baseModel(),
    database().checkpoint.findFirst({ where: { studyId, kind: "pretrained" } }),
  ]);
  if (!base || !pretrained) return false;
  await startMerge(actor, {
    name: "SmolLM2-135M-CPT-SLERP",
    firstId: base.id,
    secondId: pretrained.id,
    parameters: { ...presets.merge.example },
  });
  return false;
};

async function contestants(actor: StudyActor): Promise<string[]> {
  const rows = await database().checkpoint.findMany({
    where: {
      kind: { in: ["base", "pretrained", "merged"] },
      archivedAt: null,
      OR: [{ studyId: actor.studyId }, { studyId: null }],
    },
    orderBy: { createdAt: "asc" },
  });
  return rows.map(({ id }) => id);
}

const evaluate: Walk = async (actor) => {
  const questions = await database().questionSet.findFirst({ where: { studyId: actor.studyId } });
  if (!questions || (await hasRun(actor, "evaluate"))) return true;
  for (const checkpointId of await contestants(actor)) {
    await startEvaluation(actor, {
      checkpointId,
      questionSetId: questions.id,
      exampleSetId: null,
      seed: 1,
      parameters: { ...presets.evaluate.example },
    });
  }
  return true;
};

const generate: Walk = async (actor) => {
  const { studyId } = actor;
  const checkpoints = await contestants(actor);
  const sets = await database().answerSet.count({ where: { studyId, analysedByRunId: { not: null } } });
  if (sets >= checkpoints.length) return true;
  const prompts = await database().promptSet.findFirst({ where: { studyId } });
  if (!prompts || (await hasRun(actor, "generate"))) return false;
  for (const checkpointId of checkpoints) {
    const parameters = { ...presets.generate.example, maxNewTokens: answerTokens };
    await startGeneration(actor, { checkpointId, promptSetId: prompts.id, seed, parameters });
  }
  return false;
};

const compare: Walk = async (actor) => {
  const { studyId } = actor;
  const comparisons = await database().comparison.findMany({ where: { studyId }, orderBy: { createdAt: "asc" } });
  const sets = await database().answerSet.findMany({ where: { studyId }, select: { id: true, promptSetId: true } });
  const promptSetId = sets[0]?.promptSetId;
  if (!promptSetId) return false;
  const draft = (name: string, memberIds: string[], votesPerPair: number) =>
    createComparison(actor, {
      name,
      promptSetId,
      answerSetIds: sets.map(({ id }) => id),
      memberIds,
      votesPerPair,
      seed,
    });
  const people = await simulatedMembers(studyId, "clinician");
  const first = comparisons[0] ?? {
    ...(await draft(
      "Vergleich 1 (simulierte Personen)",
      people.map(({ personId }) => personId),
      2,
    )),
    state: "draft" as const,
  };
  if (first.state === "draft") await openComparison(actor, first.id);
  if (first.state !== "closed") {
    for (const person of people) await voteAll(person, first.id);
    await closeComparison(actor, first.id);
  }
  if (comparisons.length < 2) {
    const guests = await database().member.findMany({
      where: { studyId, role: "clinician", person: { simulated: false } },
    });
    const { id } = await draft(
      "Zum Ausprobieren",
      guests.map(({ personId }) => personId),
      1,
    );
    await openComparison(actor, id);
  }
  return true;
};

const stations: Walk[] = [
  importCorpus,
  drawSample,
  validate,
  label,
  train,
  filter,
  pretrain,
  merge,
  evaluate,
  generate,
  compare,
];
