import { expect, test } from "@playwright/test";
import * as road from "./road";
import { demoPassword, exampleStudy, pageOf, people, signIn } from "./studio";

test("who is not signed in is sent to sign in, and comes back to where they wanted to go", async ({ page }) => {
  await page.goto("/settings");
  await expect(page).toHaveURL(/sign-in\?next=%2Fsettings/);
  await expect(page.getByRole("heading", { name: "Anmelden" })).toBeVisible();
});

test("a wrong password is told in a sentence, and nothing is given away", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-Mail", { exact: true }).fill("nobody@example.org");
  await page.getByLabel("Passwort", { exact: true }).fill("certainly not this one");
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "E-Mail oder Passwort stimmen nicht." })).toBeVisible();
});

test("after signing out the session is dead, also for whoever kept its cookie", async ({ page, context }) => {
  await signIn(page, people.clinician);
  const kept = (await context.cookies()).filter(({ name }) => name === "studio-session");
  expect(kept).toHaveLength(1);
  expect(kept[0]?.httpOnly).toBe(true);
  await page.getByRole("button", { name: /Konto von/ }).click();
  await page.getByRole("menuitem", { name: "Abmelden" }).click();
  await page.waitForURL(/sign-in/);
  await context.addCookies(kept);
  await page.goto("/settings");
  await expect(page).toHaveURL(/sign-in/);
});

test("a clinician sees their work, and no page of the researchers", async ({ page }) => {
  await signIn(page, people.clinician);
  const study = await exampleStudy(page);
  await page.goto(study);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expect(page.getByRole("link", { name: "Korpora" })).toHaveCount(0);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option", { name: "Übersicht", selected: true })).toBeVisible();
  await expect(page.getByRole("option", { name: "Korpora" })).toHaveCount(0);
  await page.keyboard.type("einstell");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings$/);
  await page.goto(`${study}/corpora`);
  await expect(page.getByText("Ihre Rolle in dieser Studie umfasst diese Seite nicht.")).toBeVisible();
  await expect(page.getByText("Beispielkorpus")).toHaveCount(0);
});

test("a study that one is no member of does not exist", async ({ page }) => {
  await signIn(page, people.researcher);
  const answer = await page.goto("/studies/00000000-0000-7000-8000-000000000000");
  expect(answer?.status()).toBe(404);
});

test("an invitation counts for its address alone, and where that has an account, for whoever is signed in to it", async ({
  browser,
  page,
}) => {
  const research = await pageOf(browser, people.researcher);
  const study = await road.createStudy(research, "Einladungen");
  const link = await road.invite(research, study, people.clinician);
  const nobodyYet = await road.invite(research, study, `guest-${Date.now()}@example.org`);

  await page.goto(link);
  await expect(page.getByText("Für diese Adresse gibt es schon ein Konto.")).toBeVisible();
  await expect(page.getByLabel("Passwort wählen")).toHaveCount(0);
  await page.getByRole("link", { name: "Zur Anmeldung" }).click();
  await page.getByLabel("E-Mail", { exact: true }).fill(people.clinician);
  await page.getByLabel("Passwort", { exact: true }).fill(demoPassword());
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await page.getByRole("button", { name: "Mitmachen" }).click();
  await page.waitForURL((url) => url.pathname === study);

  await page.goto(nobodyYet);
  await expect(page.getByText(`angemeldet sind Sie als ${people.clinician}`)).toBeVisible();
  await page.getByRole("button", { name: "Abmelden" }).click();
  await expect(page.getByLabel("Passwort wählen")).toBeVisible();
  expect(page.url()).toContain("/join?token=");
});
