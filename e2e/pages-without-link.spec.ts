import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, type Page, test } from "@playwright/test";
import { english, german, lookAtPage } from "./looks";
import * as road from "./road";
import { pageOf, people, watch } from "./studio";

/** Pages that walked-pages.spec.ts cannot find: no link leads there once the road is walked. */

const folder = mkdtempSync(path.join(tmpdir(), "studio-e2e-"));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const documents = 4;

/** A study of its own with a sample, and a clinician. */
async function prepare(browser: Browser, research: Page): Promise<string> {
  const file = path.join(folder, "corpus.jsonl");
  const rows = Array.from({ length: documents }, (_, n) => ({ id: `d${n}`, text: `Seite ${n}. Etwas zum Lesen.` }));
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const study = await road.createStudy(research, "Seiten ohne Link");
  await road.importCorpus(research, study, file, documents);
  await road.drawSample(research, study, documents, "1");
  const clinician = await pageOf(browser, people.clinician);
  await road.joinSignedIn(clinician, await road.invite(research, study, people.clinician));
  await clinician.context().close();
  return study;
}

test("signing in, an invitation, a draft, a round at work, in German and English, light and dark, on a screen and a phone", async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(10 * 60_000);
  const research = await pageOf(browser, people.researcher);
  const study = await prepare(browser, research);
  const invitation = await road.invite(research, study, `guest-${Date.now()}@example.org`);
  const draft = await road.draftRound(research, study, 0);
  /** By somebody's browser, or by one where nobody is signed in; a new one each time, which has seen no instructions. */
  const lookAtAll = async (person: string | null, pages: Record<string, string>, options = {}) => {
    for (const language of [german, english]) {
      const page = person ? await pageOf(browser, person) : await (await browser.newContext()).newPage();
      const complaints = watch(page, baseURL ?? "");
      for (const [name, address] of Object.entries(pages)) {
        await lookAtPage(page, address, name, language, baseURL ?? "", complaints, options);
      }
      await page.context().close();
    }
  };
  await test.step("signed out", () => lookAtAll(null, { "sign-in": "/sign-in", join: invitation }));
  await test.step("a draft", () =>
    lookAtAll(people.researcher, {
      "study-rounds-draft": draft,
      "study-rounds-ID-edit": `${draft}/edit`,
      "study-rounds-ID-training": `${draft}/training`,
    }));
  await road.openDraft(research, draft);
  await test.step("nothing to adjudicate", () =>
    lookAtAll(people.researcher, { "study-rounds-ID-adjudicate": `${draft}/adjudicate` }));
  await test.step("at work", () =>
    lookAtAll(people.clinician, { "study-rounds-ID-work": `${draft}/work` }, { instructions: true }));
  await road.closeRound(research, draft);
});
