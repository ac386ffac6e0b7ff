import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";

/** The stations of the road as people walk them in the browser. Each function begins anywhere and ends when its work is done. */

const minutes = (count: number) => count * 60_000;

export async function createStudy(page: Page, name: string): Promise<string> {
  await page.goto("/");
  await page.getByRole("button", { name: "Studie anlegen" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Studie anlegen" }).click();
  await page.waitForURL(/\/studies\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname;
}

/** Opens the dialog of a station and answers it, its fields filled in by label. */
async function ask(page: Page, address: string, button: string, fields: Record<string, string>): Promise<Locator> {
  await page.goto(address);
  await page.getByRole("button", { name: button }).first().click();
  const dialog = page.getByRole("dialog");
  for (const [label, value] of Object.entries(fields)) {
    const field = dialog.getByLabel(label, { exact: true });
    if ((await field.evaluate((node) => node.tagName)) === "SELECT") await field.selectOption({ label: value });
    else await field.fill(value);
  }
  return dialog;
}

/** Waits on a run's page until it has ended, and takes a failure at its word. */
async function runEnds(page: Page): Promise<void> {
  await page.waitForURL(/\/runs\/[0-9a-f-]+$/);
  const state = page.getByRole("heading", { level: 1 }).getByText(/^(fertig|gescheitert|abgebrochen)$/);
  await expect(state).toBeVisible({ timeout: minutes(30) });
  await expect(state).toHaveText("fertig");
}

export async function importCorpus(page: Page, study: string, file: string, documents: number): Promise<void> {
  const dialog = await ask(page, `${study}/corpora`, "Korpus importieren", {});
  await dialog.locator("input[type=file]").setInputFiles(file);
  await dialog.getByRole("button", { name: "Importieren", exact: true }).click();
  await page.waitForURL(/\/corpora\/[0-9a-f-]+$/);
  await expect(page.getByText("fertig", { exact: true }).first()).toBeVisible({ timeout: minutes(3) });
  await expect(page.getByText(String(documents), { exact: true }).first()).toBeVisible();
}

export async function drawSample(page: Page, study: string, size: number, probability: string): Promise<void> {
  const dialog = await ask(page, `${study}/samples`, "Stichprobe ziehen", { Umfang: String(size) });
  await expect(dialog.getByRole("cell", { name: probability, exact: true })).toBeVisible();
  await dialog.getByRole("button", { name: "Stichprobe ziehen" }).click();
  await page.waitForURL(/\/samples\/[0-9a-f-]+$/);
  await expect(page.getByText("Gezogene Dokumente").first()).toBeVisible({ timeout: minutes(2) });
}

/** Begins the labelling by the local model; `labelled` waits for its end. */
export async function startLabelling(page: Page, study: string): Promise<string> {
  const dialog = await ask(page, `${study}/labelling`, "Labeln lassen", {});
  await expect(dialog.getByText("Kleines lokales Modell – nur zum Ausprobieren")).toBeVisible();
  await dialog.getByRole("button", { name: "Labeln lassen" }).click();
  await page.waitForURL(/\/labelling\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname;
}

export async function labelled(page: Page, labelling: string): Promise<void> {
  await page.goto(labelling);
  await expect(page.getByText("fertig", { exact: true }).first()).toBeVisible({ timeout: minutes(30) });
}

/** Answers the link for whoever has that address. */
export async function invite(page: Page, study: string, email: string): Promise<string> {
  await page.goto(`${study}/members`);
  await page.getByLabel("E-Mail", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Einladen", exact: true }).click();
  return page.getByLabel("Einladungslink", { exact: true }).inputValue();
}

/** With the account in which the browser is signed in. */
export async function joinSignedIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole("button", { name: "Mitmachen" }).click();
  await page.waitForURL(/\/studies\/[0-9a-f-]+$/);
}

/** With a new account. */
export async function join(page: Page, link: string, name: string, password: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel("Ihr Name").fill(name);
  await page.getByLabel("Passwort wählen").fill(password);
  await page.getByRole("button", { name: "Mitmachen" }).click();
  await page.waitForURL((url) => url.pathname === "/");
}

/** Uploads a file of annotations, says what its labels mean (the others are left out), and waits until they are in. */
export async function importAnnotations(page: Page, study: string, file: string, meanings: Record<string, string>) {
  await page.goto(`${study}/rounds`);
  await page.getByRole("link", { name: "Annotationen importieren" }).first().click();
  await page.getByLabel("Datei", { exact: true }).setInputFiles(file);
  await expect(page.getByRole("heading", { name: "Was die Labels bedeuten" })).toBeVisible();
  for (const field of await page.getByLabel(/^Bedeutung von/).all()) await field.selectOption("auslassen");
  for (const [label, meaning] of Object.entries(meanings)) {
    await page.getByLabel(`Bedeutung von ${label}`).selectOption(meaning);
  }
  await page.getByRole("button", { name: "Importieren", exact: true }).click();
  await page.waitForURL(/\/rounds\/import\/[0-9a-f-]+$/);
  await expect(page.getByText("Importiert", { exact: true })).toBeVisible({ timeout: minutes(2) });
}

/** What a link on the page downloads, as text. */
export async function download(page: Page, link: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("main").getByRole("link", { name: link, exact: true }).click(),
  ]);
  return readFileSync(await file.path(), "utf8");
}

export async function draftRound(page: Page, study: string, doublePercent: number): Promise<string> {
  await page.goto(`${study}/rounds/new`);
  await page.getByLabel("Anteil doppelt entschiedener Dokumente (%)").fill(String(doublePercent));
  // Repeats would come after counts that no test knows.
  await page.getByLabel("Anteil verdeckter Wiederholungen (%)").fill("0");
  await page.getByRole("button", { name: "Entwurf anlegen" }).click();
  await page.waitForURL(/\/rounds\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname;
}

export async function openDraft(page: Page, round: string): Promise<void> {
  if (new URL(page.url()).pathname !== round) await page.goto(round);
  await page.getByRole("button", { name: "Eröffnen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Eröffnen" }).click();
  await expect(page.getByText("offen", { exact: true }).first()).toBeVisible();
}

/** What one sees of the work screen: a document, the pause between two sets, or that nothing is left. */
const document = (page: Page) => page.getByRole("region", { name: /^Dokument \d+ von \d+$/ });
const nothingLeft = (page: Page) => page.getByRole("heading", { name: "Für Sie ist nichts mehr offen" });

/** The quiet sign says that the server has everything. */
export async function everythingSaved(page: Page): Promise<void> {
  await expect(page.locator('[data-unsent="0"]')).toHaveText(/gespeichert$/);
}

/** Waits for the next document and answers its text; null when nothing is left. */
export async function nextDocument(page: Page): Promise<string | null> {
  const goOn = page.getByRole("button", { name: /^(Anfangen|Weiter)$/ });
  for (;;) {
    await expect(document(page).or(goOn).or(nothingLeft(page)).first()).toBeVisible();
    if (await nothingLeft(page).isVisible()) return null;
    if (await goOn.isVisible()) {
      await goOn.click();
      continue;
    }
    // It may go in this moment, and then this asks anew.
    const text = await document(page)
      .textContent({ timeout: 2000 })
      .catch(() => null);
    if (text !== null) return text;
  }
}

/** Decides by keyboard until nothing is left (or `most` decisions are made), and answers how many those were. */
export async function decide(
  page: Page,
  round: string,
  keyOf: (text: string) => string,
  most = 10_000,
): Promise<number> {
  await page.goto(`${round}/work`);
  for (let count = 0; ; count += 1) {
    const text = count < most ? await nextDocument(page) : null;
    if (text === null) {
      await everythingSaved(page);
      return count;
    }
    await page.keyboard.press(keyOf(text));
    await expect(document(page).filter({ hasText: text.slice(0, 80) })).toHaveCount(0);
  }
}

export async function closeRound(page: Page, round: string): Promise<void> {
  await page.goto(round);
  await page.getByRole("button", { name: "Schließen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Schließen", exact: true }).last().click();
  await expect(page.getByText("geschlossen", { exact: true }).first()).toBeVisible();
}

export async function trainClassifier(page: Page, study: string, name: string): Promise<void> {
  const dialog = await ask(page, `${study}/classifiers`, "Klassifikator trainieren", {
    Name: name,
    Epochen: "2",
    "Anlauf (Schritte)": "1",
    "Token je Dokument, höchstens": "96",
  });
  await dialog.getByRole("button", { name: "Klassifikator trainieren" }).click();
  await runEnds(page);
}

export async function filterCorpus(page: Page, study: string, name: string): Promise<void> {
  const dialog = await ask(page, `${study}/filtering`, "Korpus filtern", { Name: name });
  await dialog.getByRole("button", { name: "Korpus filtern" }).click();
  await runEnds(page);
}

export async function pretrain(page: Page, study: string, name: string): Promise<void> {
  const dialog = await ask(page, `${study}/pretraining`, "Pre-Training starten", {
    Name: name,
    Länge: "4",
    "Sequenzlänge (Token)": "128",
    "Anlauf (Schritte)": "1",
    "Checkpoint alle … Schritte": "2",
    "Verlust messen alle … Schritte": "2",
  });
  await dialog.getByRole("button", { name: "Pre-Training starten" }).click();
  await runEnds(page);
}

export async function merge(page: Page, study: string, name: string): Promise<void> {
  const dialog = await ask(page, `${study}/merges`, "Zusammenführen", { Name: name });
  await dialog.getByRole("button", { name: "Zusammenführen" }).click();
  await runEnds(page);
}

export async function evaluate(page: Page, study: string, questions: string, checkpoints: string[]): Promise<void> {
  await page.goto(`${study}/evaluations`);
  await page.getByLabel("Name", { exact: true }).fill("Fragen");
  await page.getByLabel("Datei (JSONL)").setInputFiles(questions);
  await page.getByRole("button", { name: "Hinzufügen" }).click();
  await expect(page.getByRole("cell", { name: "Fragen" }).first()).toBeVisible();
  const dialog = await ask(page, `${study}/evaluations`, "Fragen beantworten lassen", {});
  for (const name of checkpoints) await dialog.getByLabel(name, { exact: true }).check();
  await dialog.getByRole("button", { name: "Läufe starten" }).click();
  for (const name of checkpoints) {
    await expect(page.getByRole("row", { name: new RegExp(`^${name} Buchstabe`) })).toBeVisible({
      timeout: minutes(30),
    });
  }
}

export async function generate(page: Page, study: string, prompts: string, checkpoints: string[]): Promise<void> {
  await page.goto(`${study}/answers`);
  await page.getByLabel("Name", { exact: true }).fill("Aufgaben");
  await page.getByLabel("Datei (JSONL)").setInputFiles(prompts);
  await page.getByRole("button", { name: "Hinzufügen" }).click();
  await expect(page.getByText("Prompts übernommen.")).toBeVisible();
  const dialog = await ask(page, `${study}/answers`, "Antworten erzeugen", {
    Einstellungen: "Kurz, für einen ersten Blick",
  });
  await dialog.getByLabel("Längste Antwort (Tokens)").fill("16");
  for (const name of checkpoints) await dialog.getByLabel(name, { exact: true }).check();
  await dialog.getByRole("button", { name: "Läufe starten" }).click();
  for (const name of checkpoints) {
    // The share of mixed answers: the answers are there and examined.
    await expect(page.getByRole("row", { name: new RegExp(`^${name} .*\\d %`) })).toBeVisible({ timeout: minutes(30) });
  }
}

export async function openComparison(page: Page, study: string, name: string, checkpoints: string[], judges: string[]) {
  const dialog = await ask(page, `${study}/comparisons`, "Vergleich anlegen", { Name: name });
  for (const checkpoint of checkpoints) await dialog.getByLabel(new RegExp(`^${checkpoint} \\(`)).check();
  for (const judge of judges) await dialog.getByLabel(judge, { exact: true }).check();
  await dialog.getByLabel("Stimmen je Paar").fill(String(judges.length));
  await dialog.getByRole("button", { name: "Vergleich anlegen" }).click();
  await page.waitForURL(/\/comparisons\/[0-9a-f-]+$/);
  await page.getByRole("button", { name: "Eröffnen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Eröffnen" }).click();
  await expect(page.getByText("Offen", { exact: true })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Votes by keyboard until nothing is left, and answers how many votes those were. */
export async function judge(page: Page, comparison: string, keyOf: (number: number) => string): Promise<number> {
  await page.goto(`${comparison}/work`);
  const pair = page.getByRole("region", { name: /^Paar \d+ von \d+$/ });
  const begin = page.getByRole("button", { name: "Anfangen" });
  for (let count = 0; ; count += 1) {
    await expect(pair.or(begin).or(nothingLeft(page)).first()).toBeVisible();
    if (await begin.isVisible()) await begin.click();
    if (await nothingLeft(page).isVisible()) {
      await everythingSaved(page);
      return count;
    }
    const place = await pair.getAttribute("aria-label");
    await page.keyboard.press(keyOf(count));
    await expect(page.getByRole("region", { name: place ?? "", exact: true })).toHaveCount(0);
  }
}

export async function closeComparison(page: Page, comparison: string): Promise<void> {
  await page.goto(comparison);
  await page.getByRole("button", { name: "Schließen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Schließen", exact: true }).last().click();
  await expect(page.getByText("Geschlossen", { exact: true })).toBeVisible();
}

export const step = test.step;
