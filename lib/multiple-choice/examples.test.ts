import { beforeEach, describe, expect, it } from "vitest";
import { presets } from "@/lib/compute/specs";
import { storedSpecSchema } from "@/lib/compute/stored-spec";
import { makeBackend, runOf } from "@/lib/compute/testing/runs";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { createQuestionSet, listQuestionSets } from "./question-sets";
import { listEvaluations } from "./read-evaluations";
import type { UsedExamples } from "./schema";
import { startEvaluation } from "./start-evaluation";

useTestDatabase();

let researcher: StudyActor;
let backendId: string;
let checkpointId: string;

beforeEach(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
  backendId = await makeBackend("http://127.0.0.1:1");
  checkpointId = await makeCheckpoint("base");
});

type Parents = { parentId: string; role: "base" | "first" | "second" }[];
async function makeCheckpoint(kind: "base" | "pretrained" | "merged", parents: Parents = [], name: string = kind) {
  const { studyId } = researcher;
  const address = `file:///models/${crypto.randomUUID()}`;
  const data = { kind, name, address, studyId, parents: { create: parents } };
  return (await database().checkpoint.create({ data })).id;
}

type Line = { subject?: string; split?: unknown };
async function makeSet(lines: Line[], actor = researcher) {
  const text = lines.map((line, index) =>
    JSON.stringify({ id: `${index}`, question: "?", choices: { A: "a", B: "b" }, answer: "A", ...line }),
  );
  return createQuestionSet(actor, { name: "Fragen", text: text.join("\n") });
}

describe("a question set with parts", () => {
  it("asks test, counts the others as examples, and refuses parts that it does not know", async () => {
    const { questions, examples, rejected } = await makeSet([
      ...[{}, { split: "test" }, { split: "TEST " }, { split: null }],
      ...[{ split: "train" }, { split: "Dev" }, { split: "val" }, { split: "validation" }],
      ...[{ split: "holdout" }, { split: 7 }],
    ]);
    expect({ questions, examples }).toEqual({ questions: 4, examples: 4 });
    expect(rejected).toEqual([
      { line: 9, reason: "wrong_shape:split" },
      { line: 10, reason: "wrong_shape:split" },
    ]);
    const [set] = await listQuestionSets(researcher);
    expect(set?.subjects).toEqual([{ subject: "–", questions: 4, examples: 4 }]);
  });
});

describe("an evaluation with examples", () => {
  const start = (
    questionSetId: string,
    { exampleSetId = null, ...examples }: { exampleSetId?: string | null; count?: number; subject?: "any" | "same" },
  ) =>
    startEvaluation(researcher, {
      ...{ checkpointId, questionSetId, exampleSetId, backendId, seed: 3 },
      parameters: {
        ...presets.evaluate.example,
        examples: { count: 2, choice: "drawn", subject: "any", ...examples },
      },
    });
  const a = { subject: "a" };
  const b = { subject: "b" };

  it("names the file that they come from, with its lineage and seed", async () => {
    const { id } = await makeSet([a, { split: "dev" }, { split: "dev" }]);
    const other = await makeSet([a, a]);
    for (const exampleSetId of [null, other.id]) {
      const run = await runOf((await start(id, { exampleSetId })).id);
      const spec = storedSpecSchema.parse(run.spec);
      const from = await database().questionSet.findUniqueOrThrow({ where: { id: exampleSetId ?? id } });
      expect(spec.inputs.examples).toEqual({ address: from.address, digest: from.digest });
      expect(run.seed).toBe(3);
      const edges = await database().runEdge.findMany({ where: { runId: run.id, kind: "question-set" } });
      expect(edges.find(({ role }) => role === "examples")?.targetId).toBe(exampleSetId ?? id);
      expect(edges.find(({ role }) => role === "questions")?.targetId).toBe(id);
    }
  });

  it.each([
    ["none in the set itself", [a, a], null, {}, "examples_missing", {}],
    ["fewer than wanted", [a, { split: "dev" }], null, {}, "examples_too_few", { there: 1, scope: "any" }],
    ["fewer of a subject that is asked", [a, b], [a, a, b], { subject: "same" }, "examples_too_few", { subject: "b" }],
    ["nothing that is asked", [{ split: "dev" }], [a, a], {}, "question_set_asks_nothing", {}],
  ] as const)("is refused where there is %s", async (_, asked, from, wanted, code, values) => {
    const { id } = await makeSet([...asked]);
    const exampleSetId = from ? (await makeSet([...from])).id : null;
    await expect(start(id, { exampleSetId, ...wanted })).rejects.toMatchObject({ status: 422, code, values });
    expect(await database().run.count({ where: { studyId: researcher.studyId } })).toBe(0);
  });

  it("takes no set of another study", async () => {
    const { id } = await makeSet([a]);
    const stranger = await makeMember(await makeStudy(), "researcher");
    const theirs = await makeSet([a, a, a], stranger);
    await expect(start(id, { exampleSetId: theirs.id })).rejects.toMatchObject({ status: 404 });
  });

  it("is compared with the base only where the same examples stood before the questions", async () => {
    const { id: questionSetId } = await makeSet([a, a, { split: "dev" }]);
    const mergedId = await makeCheckpoint("merged", [{ parentId: checkpointId, role: "first" }]);
    const used: UsedExamples = {
      ...{ count: 1, choice: "first", subject: "any", seed: null, questionSetId },
      used: [{ subject: null, ids: ["2"] }],
    };
    const make = (of: string, digest: string | null, correct: boolean) =>
      database().evaluation.create({
        data: {
          ...{ studyId: researcher.studyId, questionSetId, checkpointId: of, madeByRunId: newId() },
          ...{ template: "letter-de", questions: 2, correct: correct ? 2 : 0, examplesDigest: digest },
          ...(digest ? { examples: used } : {}),
          answers: {
            create: ["0", "1"].map((questionId) => ({
              ...{ questionId, subject: "a", answer: "A", chosen: correct ? "A" : "B", correct, logLikelihoods: [] },
            })),
          },
        },
      });
    await make(checkpointId, null, false);
    await make(mergedId, "sha256:one", true);
    const differences = async () =>
      (await listEvaluations(researcher)).map(({ checkpointKind, examples, differenceToBase }) => [
        checkpointKind,
        examples?.questionSetName ?? null,
        differenceToBase?.value ?? null,
      ]);
    expect(await differences()).toEqual([
      ["merged", "Fragen", null],
      ["base", null, null],
    ]);
    await make(checkpointId, "sha256:other", false);
    expect(await differences()).toContainEqual(["merged", "Fragen", null]);
    await make(checkpointId, "sha256:one", false);
    expect(await differences()).toContainEqual(["merged", "Fragen", 1]);
    expect(await differences()).toHaveLength(4);
  });
});

describe("the difference to the base", () => {
  const evaluate = async (questionSetId: string, of: string, correct: boolean) => {
    await database().evaluation.create({
      data: {
        ...{ studyId: researcher.studyId, questionSetId, checkpointId: of, madeByRunId: newId() },
        ...{ template: "letter-de", questions: 2, correct: correct ? 2 : 0 },
        answers: {
          create: ["0", "1"].map((questionId) => ({
            ...{ questionId, subject: "a", answer: "A", chosen: correct ? "A" : "B", correct, logLikelihoods: [] },
          })),
        },
      },
    });
  };
  const against = async (checkpointName: string) =>
    (await listEvaluations(researcher)).find((each) => each.checkpointName === checkpointName)?.differenceToBase;

  it("is that to the base which a model comes from, and never to another family's", async () => {
    const { id } = await makeSet([{}, {}]);
    const large = await makeCheckpoint("base", [], "large");
    const pretrained = await makeCheckpoint("pretrained", [{ parentId: checkpointId, role: "base" }], "further");
    await evaluate(id, pretrained, false);
    await evaluate(id, large, true);
    expect(await against("further")).toBeNull();
    await evaluate(id, checkpointId, false);
    // The newest base that was asked is not the one.
    await evaluate(id, large, true);
    expect(await against("further")).toMatchObject({ baseName: "base", value: 0 });
    expect(await against("large")).toBeNull();
  });

  it("of a merge is that to its original, at t = 0, or to what its other parent was trained from", async () => {
    const { id } = await makeSet([{}, {}]);
    const original = await makeCheckpoint("base", [], "original");
    const pretrained = await makeCheckpoint("pretrained", [{ parentId: checkpointId, role: "base" }]);
    const merged = await makeCheckpoint("merged", [
      { parentId: original, role: "first" },
      { parentId: pretrained, role: "second" },
    ]);
    await evaluate(id, merged, true);
    await evaluate(id, checkpointId, false);
    expect(await against("merged")).toMatchObject({ baseName: "base", value: 1 });
    await evaluate(id, original, true);
    expect(await against("merged")).toMatchObject({ baseName: "original", value: 0 });
  });
});
