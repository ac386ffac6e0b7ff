import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { type Browser, expect, type Page, test } from "@playwright/test";
import * as road from "./road";
import {
  demoPassword,
  expectAccessible,
  expectNoOverflow,
  pageOf,
  people,
  picture,
  signIn,
  walkedStudy,
} from "./studio";

/** What the road is walked with: documents with what a careful reader would say of them, questions, and prompts. */
type Material = { documents: Document[]; questions: object[]; prompts: object[] };
type Document = { id: string; text: string; medical: boolean };

const root = path.join(import.meta.dirname, "..");
const realData = path.join(root, "..", "shared", "data");

/** Any row: whoever names a field that is missing sees it in the studio. */
// biome-ignore lint/suspicious/noExplicitAny: rows of several formats
function linesOf(file: string): any[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** So many documents of each kind, one after the other: a small corpus in which both are common. */
function mixed(documents: Document[], ofEach: number): Document[] {
  const medical = documents.filter((each) => each.medical).slice(0, ofEach);
  const others = documents.filter((each) => !each.medical).slice(0, ofEach);
  return medical.flatMap((each, index) => [each, others[index] as Document]);
}

/** What comes with the studio; `share`: of 80 documents, eight questions and four prompts. */
function exampleMaterial(share: number): Material {
  const pages = linesOf(path.join(root, "example", "corpus", "pages.jsonl"));
  return {
    documents: mixed(
      pages.map(({ id, text, gold }) => ({ id, text, medical: gold === "medical" })),
      40 * share,
    ),
    questions: linesOf(path.join(root, "example", "questions", "medical_de.jsonl")).slice(0, 8 * share),
    prompts: linesOf(path.join(root, "example", "prompts", "medical_instructions_de.jsonl")).slice(0, 4 * share),
  };
}

/** The beginnings of articles, in characters: two cores label long ones for half an hour. */
const longestText = 1500;

/** Real German texts, as many: articles, exam questions, and doctors' letters. */
function realMaterial(share: number): Material {
  const articles = linesOf(path.join(realData, "wiki_de.jsonl.gz"));
  const questions = linesOf(path.join(realData, "mcq", "exams_de_test.jsonl"));
  const letters = linesOf(path.join(realData, "grascco_de.jsonl.gz"));
  return {
    documents: mixed(
      articles.map(({ id, text, title_label: label }) => ({
        id,
        text: text.slice(0, longestText),
        medical: label === "medical",
      })),
      40 * share,
    ),
    questions: questions.slice(0, 8 * share).map(({ answerKey, ...question }) => ({ ...question, answer: answerKey })),
    prompts: letters.slice(0, 4 * share).map(({ id, text }) => ({
      id,
      prompt: `Fassen Sie den Arztbrief zusammen:\n\n${text.slice(0, 600)}`,
    })),
  };
}

/** Where real texts are there, half of everything is of them. */
function materialAtHand(): Material {
  if (!existsSync(realData)) return exampleMaterial(1);
  const [made, real] = [exampleMaterial(0.5), realMaterial(0.5)];
  return {
    documents: made.documents.flatMap((each, index) => [each, real.documents[index] as Document]),
    questions: [...made.questions, ...real.questions],
    prompts: [...made.prompts, ...real.prompts],
  };
}

const folder = mkdtempSync(path.join(tmpdir(), "studio-e2e-"));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, rows: object[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

const sampleSize = 48;
const doublePercent = 25;
const decisions = sampleSize * (1 + doublePercent / 100);

/** The whole method in the browser, as the people of a study carry it out, on real parts. */
async function walk(browser: Browser, name: string, material: Material): Promise<void> {
  const { step } = road;
  const research = await pageOf(browser, people.researcher);
  const first = await pageOf(browser, people.clinician);
  const joinedIn = `${name.toLowerCase().replace(/\W+/g, "-")}@example.org`;
  const second = await (await browser.newContext()).newPage();
  const study = await road.createStudy(research, name);

  await step("an empty study says what to do first", async () => {
    await expect(research.getByText("Korpus importieren")).toBeVisible();
    await research.goto(`${study}/labelling`);
    await expect(research.getByText("Es gibt noch keine gezogene Stichprobe.")).toBeVisible();
  });

  await step("annotations that were made elsewhere come in as a round of their own", async () => {
    const rows = material.documents
      .slice(0, 4)
      .map(({ text, medical }) => ({ text, label: [medical ? "Medizin" : "Rest"] }));
    await road.importAnnotations(research, study, fileOf("doccano.jsonl", rows), { Medizin: "Medizinisch" });
    await expect(research.getByText("2 Dokumente, 2 Entscheidungen von einer Person.")).toBeVisible();
    await expect(research.getByText("2 Einträge oder Annotationen wurden ausgelassen").first()).toBeVisible();
    await research.getByRole("link", { name: "Zur Runde" }).click();
    await expect(research.getByText("geschlossen", { exact: true }).first()).toBeVisible();
  });

  await step("a corpus is imported and sampled", async () => {
    const rows = material.documents.map(({ id, text }) => ({ id, text }));
    await road.importCorpus(research, study, fileOf("corpus.jsonl", rows), rows.length);
    await expectAccessible(research);
    await road.drawSample(research, study, sampleSize, "0,6");
  });
  const labelling = await step("the LLM begins to label", () => road.startLabelling(research, study));

  await step("clinicians come in by links: one has an account, one makes it", async () => {
    const link = await road.invite(research, study, people.clinician);
    await road.joinSignedIn(first, link);
    await road.join(second, await road.invite(research, study, joinedIn), "Zweite Klinik", demoPassword());
  });

  const keyOf = (text: string) => {
    const found = material.documents.find((each) => startOf(each.text) === startOf(text));
    expect(found, text.slice(0, 80)).toBeDefined();
    return found?.medical ? "m" : "n";
  };
  const round = await step("they decide by keyboard, blind, until nothing is left", async () => {
    const address = await road.draftRound(research, study, doublePercent);
    await road.openDraft(research, address);
    // Unsure of the very first, which is for adjudication then.
    let asked = 0;
    const begun = await road.decide(first, address, (text) => (asked++ === 0 ? "u" : keyOf(text)), 5);
    await looksRight(first, "validate");
    await sessionExpires(first, keyOf);
    const counts = await Promise.all([road.decide(first, address, keyOf), road.decide(second, address, keyOf)]);
    // The one whose session expired had decided one more.
    expect(begun + 1 + counts[0] + counts[1]).toBe(decisions);
    await research.goto(address);
    await expect(research.getByText(`${decisions} / ${decisions}`)).toBeVisible();
    return address;
  });

  await step("what they left open is adjudicated, by somebody to whom it was not given", async () => {
    await research.goto(study);
    await research.getByRole("link", { name: "Schlichten" }).click();
    await research.getByRole("button", { name: "Anfangen" }).click();
    await expect(research.getByRole("region", { name: "So wurde entschieden" })).toContainText("Unsicher");
    await looksRight(research, "adjudicate");
    const text = await road.nextDocument(research);
    await research.keyboard.press(keyOf(text ?? ""));
    await expect.poll(() => road.nextDocument(research)).toBeNull();
    await road.everythingSaved(research);
    await road.closeRound(research, round);
  });

  await step("label quality shows figures with intervals", async () => {
    await road.labelled(research, labelling);
    await research.goto(`${round}/quality`);
    await expect(research.getByRole("heading", { name: "Konfusionsmatrix" })).toBeVisible();
    // 24 of 48 are medical in a corpus where one of two is.
    await expect(research.getByText(/0,\d+ \(0,\d+–[01],\d+\)/).first()).toBeVisible();
    await expect(research.getByText("Krippendorffs α").first()).toBeVisible();
    await expect(research.getByText("1 Dokument geschlichtet")).toBeVisible();
    await expectAccessible(research);
  });

  await step("the round leaves as files that say how each document was drawn", async () => {
    await research.goto(round);
    const rows = (await road.download(research, "JSONL"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(sampleSize);
    expect(rows.every((row) => row.inclusion_probability === 0.6)).toBe(true);
    expect(rows.filter((row) => row.gold_from === "adjudicated")).toHaveLength(1);
    expect(rows.flatMap((row) => row.decisions.filter((one: { counted: boolean }) => one.counted))).toHaveLength(
      decisions,
    );
    expect(await road.download(research, "Datenblatt")).toContain("Auswahlwahrscheinlichkeit");
    expect(JSON.parse(await road.download(research, "Label Studio"))).toHaveLength(sampleSize);
  });

  await step("a classifier learns from the people's labels, and is inspected", async () => {
    await road.trainClassifier(research, study, "Erkenner");
    await research.goto(`${study}/classifiers`);
    await research.getByRole("link", { name: "Erkenner" }).click();
    await expect(research.getByRole("heading", { name: "An der Schwelle" })).toBeVisible();
    await research.getByLabel("Text", { exact: true }).fill("Bluthochdruck erhöht das Risiko für einen Schlaganfall.");
    await research.getByRole("button", { name: "Einordnen" }).click();
    await expect(research.getByText(/\d+ Token/)).toBeVisible();
    await expectAccessible(research);
  });

  await step("it filters the corpus", async () => {
    await road.filterCorpus(research, study, "Gefiltert");
    await research.goto(`${study}/filtering`);
    await expect(research.getByRole("row", { name: /Gefiltert Erkenner/ })).toContainText(
      String(material.documents.length),
    );
  });
  await step("a language model is pre-trained on it and merged with its original", async () => {
    await road.pretrain(research, study, "Fach");
    await expect(research.getByRole("heading", { name: "Kurven" })).toBeVisible();
    await road.merge(research, study, "Fach-SLERP");
    await research.goto(`${study}/merges`);
    await research.getByRole("link", { name: "Fach-SLERP" }).click();
    await expect(research.getByRole("heading", { name: "272 Tensoren" })).toBeVisible();
    await expectAccessible(research);
  });

  const base = "SmolLM2-135M-Instruct";
  await step("checkpoints are evaluated and answer", async () => {
    await road.evaluate(research, study, fileOf("questions.jsonl", material.questions), [base, "Fach-SLERP"]);
    await expectAccessible(research);
    await road.generate(research, study, fileOf("prompts.jsonl", material.prompts), [base, "Fach-SLERP"]);
    await expectAccessible(research);
  });

  await step("two people judge blind, and the leaderboard shows win rates", async () => {
    const judges = ["Klinik", "Zweite Klinik"];
    const comparison = await road.openComparison(research, study, "Blind", [base, "Fach-SLERP"], judges);
    await first.goto(comparison);
    // Who judges sees the pairs alone, not how the models stand.
    await expect(first.getByRole("heading", { level: 1, name: "403" })).toBeVisible();
    await expect(first.getByText("Rangliste")).toHaveCount(0);
    await first.goto(`${comparison}/work`);
    await first.getByRole("button", { name: "Anfangen" }).click();
    await looksRight(first, "judge");
    const keys = ["1", "3", "2"];
    const counts = await Promise.all(
      [first, second].map((page) => road.judge(page, comparison, (number) => keys[number % 3] as string)),
    );
    expect(counts).toEqual([material.prompts.length, material.prompts.length]);
    await road.closeComparison(research, comparison);
    await expect(research.getByRole("heading", { name: "Rangliste" })).toBeVisible();
    await expect(research.getByText("Nachgerechnet: Paare und Seiten sind die,")).toBeVisible();
    await expectAccessible(research);
  });

  await step("from the win rate back to the labels, by links alone", async () => {
    const links = [
      "Fach-SLERP",
      "Fach-SLERP",
      "Lauf ansehen",
      "Fach",
      "Gefiltert",
      "Entstanden durch einen Filterlauf",
    ];
    for (const name of [...links, "Erkenner", "Lauf ansehen"]) await follow(research, name);
    await research
      .getByRole("main")
      .getByRole("listitem")
      .filter({ hasText: "Label-Satz" })
      .getByRole("link")
      .first()
      .click();
    await expect(research.getByRole("heading", { level: 1, name: "Label-Qualität" })).toBeVisible();
    expect(new URL(research.url()).pathname).toBe(`${round}/quality`);
  });

  await step("the road shows every station as done", async () => {
    await research.goto(study);
    await expect(research.getByRole("main").getByRole("img", { name: "fertig" })).toHaveCount(11);
    await expectAccessible(research);
    const said = {
      Korpora: material.documents.length,
      Stichproben: sampleSize,
      "LLM-Labels": `${sampleSize} / ${sampleSize}`,
      Merges: 272,
      Antworten: 2,
    };
    for (const [station, figure] of Object.entries(said)) {
      await expect(tile(research, station)).toContainText(new RegExp(`\\D${figure}$`));
    }
    for (const station of ["Validierung", "Klassifikatoren", "Benchmarks", "Vergleiche"]) {
      await saysTheSameInside(research, study, station);
    }
  });
}

/** A station of the road on the study's home page. */
const tile = (page: Page, station: string) =>
  page
    .getByRole("main")
    .getByRole("listitem")
    .getByRole("link", { name: new RegExp(`^\\d+ ?${station}`) });

/** The figure with its interval that the road shows stands on the station's page too. */
async function saysTheSameInside(page: Page, study: string, station: string): Promise<void> {
  await page.goto(study);
  const text = (await tile(page, station).textContent()) ?? "";
  const figure = /\d[\d,]*(?: %)? \([^)]*–[^)]*\)/.exec(text)?.[0];
  expect(figure, text).toBeDefined();
  await tile(page, station).click();
  await expect(
    page
      .getByRole("main")
      .getByText(figure ?? "")
      .first(),
  ).toBeVisible();
}

const startOf = (text: string) => text.replace(/\s+/g, "").slice(0, 60);

/** Signs out behind the page's back; what is decided stays in the browser and leaves after signing in again. */
async function sessionExpires(page: Page, keyOf: (text: string) => string): Promise<void> {
  const text = await road.nextDocument(page);
  expect(text).not.toBeNull();
  await page.context().clearCookies({ name: "studio-session" });
  await page.keyboard.press(keyOf(text ?? ""));
  await expect(
    page.getByText(/Ihre Sitzung ist abgelaufen\. Eine Entscheidung ist in diesem Browser gesichert/),
  ).toBeVisible();
  const again = await page.context().newPage();
  await signIn(again, people.clinician);
  await again.close();
  await page.bringToFront();
  await road.everythingSaved(page);
}

/** The work screens, also on a phone. */
async function looksRight(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  await expectAccessible(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await picture(page, "de-light-1280", name);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);
  await picture(page, "de-dark-1280", name);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoOverflow(page);
  await expectAccessible(page);
  await page.setViewportSize(size);
}

async function follow(page: Page, link: string): Promise<void> {
  const before = page.url();
  await page.getByRole("main").getByRole("link", { name: link, exact: true }).first().click();
  await page.waitForURL((url) => url.href !== before);
}

test("the whole road: from a web document to a judged model", async ({ browser }) => {
  // Ended by what hangs alone: a machine that does other things too takes three times as long.
  test.setTimeout(90 * 60_000);
  await walk(browser, walkedStudy, materialAtHand());
});
