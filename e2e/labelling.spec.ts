import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import * as road from "./road";
import { demoPassword, expectAccessible, expectNoOverflow, pageOf, people, signIn, watch } from "./studio";

/** Clinicians at work under what happens to them: no connection, a closed lid, a phone, no mouse, no sight. */

const documents = 24;
const other = "zweite-praxis@example.org";
const folder = mkdtempSync(path.join(tmpdir(), "studio-e2e-"));

let study: string;
let research: Page;
/** of the researcher's browser, which opens dialogs after moving within the page */
let complaints: () => string[];

test.beforeAll(async ({ browser, baseURL }) => {
  test.setTimeout(600_000);
  const file = path.join(folder, "corpus.jsonl");
  const rows = Array.from({ length: documents }, (_, n) => ({
    id: `d${n}`,
    text: `Seite ${String(n).padStart(2, "0")}. ${"Der Text handelt von vielem, und auch von diesem. ".repeat(3 + n)}`,
  }));
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  research = await pageOf(browser, people.researcher);
  complaints = watch(research, baseURL ?? "");
  study = await road.createStudy(research, "Arbeit im Browser");
  await road.importCorpus(research, study, file, documents);
  await road.drawSample(research, study, documents, "1");
  const clinician = await pageOf(browser, people.clinician);
  await road.joinSignedIn(clinician, await road.invite(research, study, people.clinician));
  await clinician.context().close();
  const link = await road.invite(research, study, other);
  const joining = await (await browser.newContext()).newPage();
  await joining.goto(link);
  // In a studio that is used again, the account is there already.
  if (await joining.getByText("Für diese Adresse gibt es schon ein Konto").isVisible()) {
    await signIn(joining, other);
    await road.joinSignedIn(joining, link);
  } else await road.join(joining, link, "Zweite Praxis", demoPassword());
  await joining.context().close();
});

test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function newRound(): Promise<string> {
  const round = await road.draftRound(research, study, 0);
  await road.openDraft(research, round);
  expect(complaints()).toEqual([]);
  return round;
}

/** What the round's export says of each document that somebody has decided. */
async function exported(round: string) {
  await research.goto(round);
  type Row = {
    text: string;
    flags: string[];
    decisions: { label: string; note: string; flags: string[]; counted: boolean; late: boolean }[];
  };
  const rows = (await road.download(research, "JSONL")).trim().split("\n");
  return rows.map((row) => JSON.parse(row) as Row).filter((row) => row.decisions.length > 0);
}

const counted = (rows: Awaited<ReturnType<typeof exported>>) =>
  rows.flatMap((row) => row.decisions.filter((decision) => decision.counted));

const unsent = (page: Page, count: number) => expect(page.locator(`[data-unsent="${count}"]`)).toBeVisible();

/** The number at the beginning of a document of this corpus. */
const numberOf = (text: string | null) => /Seite (\d+)/.exec(text ?? "")?.[1] ?? "none";

/** The number of the document that is shown in place of another one. */
async function nextAfter(page: Page, before: string): Promise<string> {
  let found = before;
  const look = async () => {
    found = numberOf(await road.nextDocument(page));
    return found;
  };
  await expect.poll(look).not.toBe(before);
  return found;
}

const comesBack = (page: Page, number: string | undefined) =>
  expect.poll(async () => numberOf(await road.nextDocument(page))).toBe(number);

async function decideNext(page: Page, key: string): Promise<string> {
  const text = await road.nextDocument(page);
  await page.keyboard.press(key);
  await expect(
    page.getByRole("region", { name: /^Dokument/ }).filter({ hasText: `Seite ${numberOf(text)}.` }),
  ).toHaveCount(0);
  return numberOf(text);
}

test("without a connection one goes on; after a closed lid everything arrives, once, and is kept even if too late", async ({
  browser,
}) => {
  const round = await newRound();
  const page = await pageOf(browser, people.clinician);
  const context = page.context();
  await page.goto(`${round}/work`);
  const seen = [await decideNext(page, "m")];
  await road.everythingSaved(page);

  await context.setOffline(true);
  for (const key of ["m", "n", "u"]) seen.push(await decideNext(page, key));
  await unsent(page, 3);
  await expect(page.locator("[data-unsent]")).toHaveText(/3 hier gesichert, nicht gesendet/);
  // one taken back, and decided otherwise, while nothing can be sent
  await page.keyboard.press("z");
  await comesBack(page, seen.at(-1));
  await page.keyboard.press("n");
  // three decisions, one withdrawal and one decision more
  await unsent(page, 5);
  await page.reload().catch(() => undefined);
  await page.close();

  await context.setOffline(false);
  const later = await context.newPage();
  await later.goto(`${round}/work`);
  await road.everythingSaved(later);
  seen.push(await decideNext(later, "m"));
  await road.everythingSaved(later);
  expect(new Set(seen).size).toBe(5);

  const rows = await exported(round);
  expect(rows.map(({ text }) => numberOf(text)).sort()).toEqual([...seen].sort());
  expect(
    counted(rows)
      .map(({ label }) => label)
      .sort(),
  ).toEqual(["medical", "medical", "medical", "non_medical", "non_medical"].sort());

  await context.setOffline(true);
  for (const key of ["m", "u"]) seen.push(await decideNext(later, key));
  await unsent(later, 2);
  await road.closeRound(research, round);
  await context.setOffline(false);
  await unsent(later, 0);
  const told = "2 Entscheidungen kamen nach dem Ende der Runde an. Sie sind aufbewahrt, zählen aber nicht.";
  await expect(later.getByRole("status").filter({ hasText: told })).toBeVisible();
  await expectAccessible(later);
  const after = await exported(round);
  expect(after.map(({ text }) => numberOf(text)).sort()).toEqual([...seen].sort());
  expect(
    after
      .flatMap((row) => row.decisions.filter(({ late }) => late))
      .map(({ label }) => label)
      .sort(),
  ).toEqual(["medical", "unsure"]);
  expect(counted(after)).toHaveLength(5);
  await expect(research.getByText("2 Einträge nach dem Ende: aufbewahrt, nicht gezählt")).toBeVisible();
  await context.close();
});

/** A phone: small, touched, and without keys. */
async function phoneOf(browser: Browser, email: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  await signIn(page, email);
  return page;
}

async function decideByTouch(page: Page, round: string): Promise<string[]> {
  await page.goto(`${round}/work`);
  const answers = ["Medizinisch", "Nicht medizinisch", "Unsicher"];
  for (const seen: string[] = []; ; ) {
    const text = await road.nextDocument(page);
    if (text === null) {
      await road.everythingSaved(page);
      return seen;
    }
    if (seen.length === 0) {
      await expectNoOverflow(page);
      for (const name of answers) {
        const size = await page.getByRole("button", { name, exact: true }).boundingBox();
        expect(Math.min(size?.width ?? 0, size?.height ?? 0), name).toBeGreaterThanOrEqual(44);
      }
    }
    seen.push(numberOf(text));
    await page.getByRole("button", { name: answers[seen.length % 3], exact: true }).tap();
    await expect(
      page.getByRole("region", { name: /^Dokument/ }).filter({ hasText: `Seite ${numberOf(text)}.` }),
    ).toHaveCount(0);
  }
}

test("one on a phone and one at a keyboard share a round, and no document comes to both", async ({ browser }) => {
  const round = await newRound();
  const [phone, desk] = [await phoneOf(browser, people.clinician), await pageOf(browser, other)];
  const byKeyboard = async () => {
    const seen: string[] = [];
    await road.decide(desk, round, (text) => {
      seen.push(numberOf(text));
      return "m";
    });
    return seen;
  };
  const [touched, typed] = await Promise.all([decideByTouch(phone, round), byKeyboard()]);
  expect(touched.length).toBeGreaterThan(0);
  expect(typed.length).toBeGreaterThan(0);
  expect(new Set([...touched, ...typed]).size).toBe(touched.length + typed.length);
  expect(counted(await exported(round))).toHaveLength(documents);
  await Promise.all([phone.context().close(), desk.context().close()]);
});

/** Presses Tab until what is wanted has the focus, and sees that the focus can be seen. */
async function tabTo(page: Page, role: "link" | "button" | "textbox", name: string): Promise<void> {
  const wanted = page.getByRole(role, { name }).first();
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 60; presses++) {
    if (await wanted.evaluate((node) => node === document.activeElement)) {
      const seen = await wanted.evaluate((node) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
        return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
      });
      expect(seen, `focus on ${name} can be seen`).toBe(true);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to the ${role} ${name}.`);
}

test("all of it can be done by keyboard alone, from signing in to the end", async ({ browser }) => {
  const round = await newRound();
  const page = await (await browser.newContext()).newPage();
  await page.goto("/sign-in");
  await tabTo(page, "textbox", "E-Mail");
  await page.keyboard.type(other);
  await page.keyboard.press("Tab");
  await page.keyboard.type(demoPassword());
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.pathname.includes("sign-in"));
  await tabTo(page, "link", "Arbeit im Browser");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === study);
  await page.goto(`${round}/work`);
  // The instructions stand there first, their button has the focus within the dialog.
  await tabTo(page, "button", "Anfangen");
  await page.keyboard.press("Enter");

  const first = numberOf(await road.nextDocument(page));
  await page.keyboard.press("f");
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await page.keyboard.press("/");
  await page.keyboard.type("mnz ist eine Notiz");
  await page.keyboard.press("Enter");
  await page.keyboard.press("n");
  const second = await nextAfter(page, first);
  await page.keyboard.press("s");
  const third = await nextAfter(page, second);
  await page.keyboard.press("u");
  await nextAfter(page, third);
  await page.keyboard.press("z");
  await comesBack(page, third);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  // While a dialog is open, keys decide nothing.
  await page.keyboard.press("m");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(numberOf(await road.nextDocument(page))).toBe(third);
  const rest: string[] = [];
  for (let text = await road.nextDocument(page); text !== null; text = await road.nextDocument(page)) {
    rest.push(numberOf(text));
    await page.keyboard.press("m");
    await expect(
      page.getByRole("region", { name: /^Dokument/ }).filter({ hasText: `Seite ${rest.at(-1)}.` }),
    ).toHaveCount(0);
  }
  // What was skipped came again, everything but the first one in this loop.
  expect(rest).toContain(second);
  expect(rest).toHaveLength(documents - 1);
  await road.everythingSaved(page);
  await tabTo(page, "link", "Zur Studie");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === study);

  const noted = counted(await exported(round)).filter(({ note }) => note);
  expect(noted).toMatchObject([{ label: "non_medical", note: "mnz ist eine Notiz", flags: ["personal_data"] }]);
  await page.context().close();
});

test("a screen reader finds the document, the answers with their keys, and hears what happens", async ({ browser }) => {
  const round = await newRound();
  const page = await pageOf(browser, people.clinician);
  await page.goto(`${round}/work`);
  await expect(page.getByRole("dialog", { name: "Anleitung" })).toMatchAriaSnapshot(`
    - dialog "Anleitung":
      - heading "Anleitung" [level=2]
      - button "Anfangen"
  `);
  await page.getByRole("button", { name: "Anfangen" }).click();
  const text = await road.nextDocument(page);
  await expect(page.locator("body")).toMatchAriaSnapshot(`
    - main:
      - heading "Validierung" [level=1]
      - button "Anleitung"
      - link "Beenden und zur Studie"
      - progressbar "Fortschritt in diesem Abschnitt"
      - region /Dokument 1 von \\d+/: /Seite \\d+/
      - button "Nicht medizinisch"
      - button "Unsicher"
      - button "Medizinisch"
      - button "Zurück" [disabled]
      - button "Überspringen"
      - button "Melden"
      - button "Notiz"
      - button "Hervorheben"
  `);
  await expect(page.getByRole("region", { name: /^Dokument/ })).toBeFocused();
  for (const [name, key] of Object.entries({ Medizinisch: "M", "Nicht medizinisch": "N", Unsicher: "U" })) {
    await expect(page.getByRole("button", { name, exact: true })).toHaveAttribute("aria-keyshortcuts", key);
  }
  const heard = page.locator("[aria-live=polite]").filter({ hasText: /./ }).last();
  await expect(heard).toHaveText(/^Dokument 1 von \d+$/);
  await page.getByRole("button", { name: "Medizinisch", exact: true }).click();
  await expect(heard).toHaveText(/^Dokument 2 von \d+$/);
  await expect(page.getByRole("region", { name: /^Dokument 2/ })).toBeFocused();
  await page.keyboard.press("z");
  await expect(heard).toHaveText(/Entscheidung zurückgenommen|Dokument 1 von/);
  await comesBack(page, numberOf(text));
  await page.keyboard.press("f");
  await page.getByRole("checkbox", { name: "Unlesbar" }).check();
  await page.getByRole("button", { name: "Übernehmen" }).click();
  await expect(heard).toHaveText("Gemeldet: Unlesbar");
  await expect(page.getByRole("region", { name: /^Dokument/ })).toBeFocused();
  await page.getByRole("button", { name: "Unsicher", exact: true }).click();
  await road.everythingSaved(page);
  expect(counted(await exported(round))).toMatchObject([{ label: "unsure", flags: ["unreadable"] }]);
  await page.context().close();
});

test("training documents come first, by the same keys, and each answer is followed by what is right", async ({
  browser,
}) => {
  const round = await newRound();
  await research.goto(`${round}/training`);
  const lessons = [
    ["Der Arzt verschreibt ein Antibiotikum.", "Medizinisch", "Eine Behandlung."],
    ["Der Fahrplan gilt ab Sonntag.", "Nicht medizinisch", ""],
  ] as const;
  for (const [text, label, explanation] of lessons) {
    await research.getByRole("button", { name: "Eigenen Text einfügen" }).click();
    await research.getByLabel("Text", { exact: true }).last().fill(text);
    await research.getByLabel("Richtiges Label").last().selectOption({ label });
    await research.getByLabel("Erklärung").last().fill(explanation);
  }
  await research.getByRole("button", { name: "Speichern", exact: true }).click();
  await expect(research.getByText("Gespeichert.")).toBeVisible();
  await expectAccessible(research);

  const page = await pageOf(browser, people.clinician);
  await page.goto(`${round}/work`);
  await expect(page.getByRole("dialog")).toContainText("Zuerst kommen 2 Übungsdokumente");
  await page.getByRole("button", { name: "Anfangen" }).click();
  await expect(page.getByRole("region", { name: "Übung 1 von 2" })).toBeVisible();
  await page.keyboard.press("n");
  await expect(page.getByText("Richtig wäre: Medizinisch", { exact: true })).toBeVisible();
  await expect(page.getByText("Eine Behandlung.", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Übung 2 von 2" })).toBeVisible();

  await page.context().setOffline(true);
  await page.keyboard.press("n");
  await expect(page.getByText("Die Übung braucht eine Verbindung.")).toBeVisible();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Erneut versuchen" }).click();
  await expect(page.getByText("Richtig: Nicht medizinisch", { exact: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 von 2 Dokumenten haben Sie gleich richtig beantwortet.")).toBeVisible();
  await page.keyboard.press("Enter");
  await decideNext(page, "m");
  await road.everythingSaved(page);
  expect(counted(await exported(round))).toHaveLength(1);

  await page.goto(`${round}/work`);
  await road.nextDocument(page);
  await expect(page.getByRole("region", { name: /^Übung/ })).toHaveCount(0);
  await page.context().close();
});

test("signing out asks where something is unsent; it goes out for its own person only", async ({ browser }) => {
  const round = await newRound();
  const page = await pageOf(browser, people.clinician);
  const context = page.context();
  const delivered: string[] = [];
  let cut = true;
  await context.route("**/decisions", (route) => {
    if (cut) return route.abort();
    delivered.push(route.request().url());
    return route.continue();
  });
  const signOut = async () => {
    await page.getByRole("button", { name: /^Konto von/ }).click();
    await page.getByRole("menuitem", { name: "Abmelden" }).click();
  };
  await page.goto(`${round}/work`);
  await decideNext(page, "m");
  await decideNext(page, "n");
  await unsent(page, 2);
  await page.goto(study);
  await signOut();
  const dialog = page.getByRole("dialog", { name: "Noch nicht alles gesendet" });
  await expect(dialog).toContainText("2 Entscheidungen liegen nur auf diesem Gerät.");
  await dialog.getByRole("button", { name: "Jetzt senden" }).click();
  await expect(dialog).toContainText("Der Server antwortet nicht.");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Bleiben" }).click();
  await signOut();
  await dialog.getByRole("button", { name: "Trotzdem abmelden" }).click();
  await page.waitForURL(/sign-in/);

  cut = false;
  await signIn(page, other);
  await page.goto(study);
  await page.waitForLoadState("networkidle");
  expect(delivered).toEqual([]);
  await signOut();
  await page.waitForURL(/sign-in/);
  await signIn(page, people.clinician);
  await expect.poll(() => delivered.length).toBe(1);
  await expect.poll(async () => counted(await exported(round)).length).toBe(2);
  await signOut();
  await page.waitForURL(/sign-in/);
  await context.close();
});
