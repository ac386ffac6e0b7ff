import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, people, signIn } from "./studio";

const corpusFile = path.join(import.meta.dirname, "..", "example", "corpus", "pages.jsonl");

/** Makes a study through the browser and answers its address. */
async function createStudy(page: Page, name: string): Promise<string> {
  await page.goto("/");
  await page.getByRole("button", { name: "Studie anlegen" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Studie anlegen" }).click();
  await page.waitForURL(/\/studies\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname;
}

test("from a file to validated labels: a researcher sets it up, a clinician decides by keyboard", async ({
  browser,
}) => {
  test.setTimeout(600_000);
  const research = await (await browser.newContext()).newPage();
  await signIn(research, people.researcher);
  const study = await createStudy(research, `Weg ${Date.now()}`);

  await test.step("an empty study says what to do first", async () => {
    await expect(research.getByText("Korpus importieren")).toBeVisible();
    await research.goto(`${study}/labelling`);
    await expect(research.getByText("Es gibt noch keine gezogene Stichprobe.")).toBeVisible();
  });

  await test.step("the corpus is imported", async () => {
    await research.goto(`${study}/corpora`);
    await research.getByRole("button", { name: "Korpus importieren" }).first().click();
    await research.getByRole("dialog").locator("input[type=file]").setInputFiles(corpusFile);
    await research.getByRole("button", { name: "Importieren", exact: true }).click();
    await research.waitForURL(/\/corpora\/[0-9a-f-]+$/);
    await expect(research.getByText("fertig", { exact: true }).first()).toBeVisible({ timeout: 120_000 });
    await expect(research.getByText("340", { exact: true }).first()).toBeVisible();
    await expectAccessible(research);
  });

  await test.step("a sample is drawn, and its preview says with which probability", async () => {
    await research.goto(`${study}/samples`);
    await research.getByRole("button", { name: "Stichprobe ziehen" }).first().click();
    const dialog = research.getByRole("dialog");
    await dialog.getByLabel("Umfang").fill("6");
    await expect(dialog.getByText("0,01765")).toBeVisible();
    await dialog.getByRole("button", { name: "Stichprobe ziehen" }).click();
    await research.waitForURL(/\/samples\/[0-9a-f-]+$/);
    await expect(research.getByText("Gezogene Dokumente").first()).toBeVisible({ timeout: 60_000 });
    await expectAccessible(research);
  });

  await test.step("a clinician is invited", async () => {
    await research.goto(`${study}/members`);
    await research.getByLabel("E-Mail", { exact: true }).fill(people.clinician);
    await research.getByRole("button", { name: "Einladen", exact: true }).click();
    await expect(research.getByText("ist jetzt Mitglied")).toBeVisible();
  });
});
