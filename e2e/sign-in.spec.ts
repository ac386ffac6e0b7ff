import { expect, test } from "@playwright/test";
import { exampleStudy, people, signIn } from "./studio";

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
  await page.goto(`${study}/corpora`);
  await expect(page.getByText("Ihre Rolle in dieser Studie umfasst diese Seite nicht.")).toBeVisible();
  await expect(page.getByText("Beispielkorpus")).toHaveCount(0);
});

test("a study that one is no member of does not exist", async ({ page }) => {
  await signIn(page, people.researcher);
  const answer = await page.goto("/studies/00000000-0000-7000-8000-000000000000");
  expect(answer?.status()).toBe(404);
});
