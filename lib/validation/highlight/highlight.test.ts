import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "../close-round";
import { readExportHead } from "../export/read-head";
import { readExportRows } from "../export/read-rows";
import { readRound } from "../read-round";
import { readWork } from "../read-work";
import { adjudicate } from "../testing/adjudicate";
import { findViolations } from "../testing/find-violations";
import { makeRound } from "../testing/make-round";
import { claim, decide } from "../testing/work";
import { changeHighlightWords, readHighlightWords } from "./change-highlight-words";
import { changeHighlightWordsSchema, mostHighlightWords } from "./schema";

useTestDatabase();

let owner: StudyActor;
let clinician: StudyActor;

beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  clinician = await makeMember(studyId, "clinician");
});

const parse = (input: unknown) => changeHighlightWordsSchema.parse(input);

describe("the study's list of words", () => {
  it("is kept, each word once, comes with the work, and its changes are in the audit log", async () => {
    expect(await readHighlightWords(owner)).toEqual({ words: [] });
    const input = parse({ words: [" Herz ", "akute\t Bronchitis", "herz", "A\u0308rztin"], before: [] });
    expect(await changeHighlightWords(owner, input)).toEqual({ words: ["herz", "akute Bronchitis", "Ärztin"] });
    const { roundId } = await makeRound(owner, [clinician]);
    expect((await readWork(clinician, roundId)).highlightWords).toEqual(["herz", "akute Bronchitis", "Ärztin"]);
    const entry = await database().auditEntry.findFirstOrThrow({ where: { action: "studies.highlight" } });
    expect(entry).toMatchObject({ studyId: owner.studyId, detail: { before: [], after: input.words } });
  });

  it("is not overwritten by somebody who has not seen what another wrote", async () => {
    await changeHighlightWords(owner, parse({ words: ["Herz"], before: [] }));
    await expect(changeHighlightWords(owner, parse({ words: ["Lunge"], before: [] }))).rejects.toMatchObject({
      status: 409,
      code: "highlight_words_changed",
    });
    expect(await readHighlightWords(owner)).toEqual({ words: ["Herz"] });
    const both = ["Niere", "Leber"].map((word) =>
      changeHighlightWords(owner, parse({ words: ["Herz", word], before: ["Herz"] })),
    );
    expect((await Promise.allSettled(both)).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("belongs to one study", async () => {
    const other = await makeMember(await makeStudy(), "owner");
    await changeHighlightWords(owner, parse({ words: ["Herz"] }));
    expect(await readHighlightWords(other)).toEqual({ words: [] });
  });

  it("has bounds", () => {
    const words = (count: number) => Array.from({ length: count }, (_, index) => `Wort ${index}`);
    expect(parse({ words: words(mostHighlightWords) }).words).toHaveLength(mostHighlightWords);
    for (const wrong of [words(mostHighlightWords + 1), [""], ["  "], ["x".repeat(101)], [5], "Herz", null]) {
      expect(changeHighlightWordsSchema.safeParse({ words: wrong }).success).toBe(false);
    }
  });
});

describe("whether words were highlighted", () => {
  it("is kept with each decision, counted for the round, and exported", async () => {
    const { roundId } = await makeRound(owner, [clinician], { strata: [{ populationSize: 100, sampleSize: 4 }] });
    const [first, second, third] = (await claim(clinician, roundId, 3)).items.map(({ id }) => id);
    await decide(clinician, roundId, first ?? "", "medical", { highlighted: true });
    await decide(clinician, roundId, second ?? "", "medical", { highlighted: true });
    await decide(clinician, roundId, third ?? "", "unsure");
    const highlighted = async () => (await readRound(owner, roundId)).highlighted;
    expect(await highlighted()).toBe(2);

    await decide(clinician, roundId, first ?? "", null);
    expect(await highlighted()).toBe(1);
    await decide(clinician, roundId, first ?? "", "non_medical", { highlighted: true });
    await decide(clinician, roundId, second ?? "", "non_medical");
    expect(await highlighted()).toBe(1);
    expect(await findViolations(roundId)).toEqual([]);
    expect((await readRound({ ...clinician, role: "researcher" }, roundId)).highlighted).toBeNull();

    await closeRound(owner, roundId);
    await adjudicate(owner, roundId, third ?? "", "medical", { highlighted: true });
    const head = await readExportHead(owner, roundId);
    const rows = [];
    for await (const batch of readExportRows(owner, head, null)) rows.push(...batch);
    const current = rows.flatMap((row) => row.decisions.filter((decision) => decision.current));
    expect(current.map((decision) => decision.highlighted).sort()).toEqual([false, false, true]);
    expect(rows.flatMap((row) => row.adjudications.map((one) => one.highlighted))).toEqual([true]);
  });
});
