import { readFileSync } from "node:fs";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";

export const dataFolder = process.env.E2E_DATA ?? path.join(import.meta.dirname, "..", ".studio", "e2e");

/** The demo's accounts, as the demo itself prints them. */
export const people = {
  administrator: "leitung@example.org",
  researcher: "forschung@example.org",
  clinician: "klinik@example.org",
} as const;

export function demoPassword(): string {
  const secrets = JSON.parse(readFileSync(path.join(dataFolder, "secrets.json"), "utf8")) as { demoPassword: string };
  return secrets.demoPassword;
}

export async function signIn(page: Page, email: string, password = demoPassword()): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-Mail", { exact: true }).fill(email);
  await page.getByLabel("Passwort", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.includes("sign-in"));
}

/** A browser of one's own, signed in. */
export async function pageOf(browser: Browser, email: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, email);
  return page;
}

export async function inEnglish(context: BrowserContext, url: string): Promise<void> {
  await context.addCookies([{ name: "locale", value: "en", url }]);
}

/** The study that road.spec.ts makes, and whose pages are looked at afterwards. */
export const walkedStudy = "Weg im Browser";

/** The address of the newest study of that name. */
export async function studyNamed(page: Page, name: string): Promise<string> {
  await page.goto("/");
  const href = await page.getByRole("link", { name }).first().getAttribute("href");
  expect(href).toMatch(/^\/studies\//);
  return href ?? "";
}

export const exampleStudy = (page: Page) => studyNamed(page, "Beispielstudie");

/** No serious violation of WCAG 2.2 AA that a program can find. */
export async function expectAccessible(page: Page): Promise<void> {
  // Between two pages there is none for a moment: Next.js sends titles after what they stand for.
  await expect(page).toHaveTitle(/./);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
    // In one go in the page, which has no frames, in place of in parts with a window of its own that puts them together.
    .setLegacyMode()
    .analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect
    .soft(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`))
    .toEqual([]);
}

export async function expectNoOverflow(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(wider, `pixels wider than the window: ${page.url()}`).toBeLessThanOrEqual(0);
}

/** A picture of what is seen, in PICTURES, else in test-results; folders of the machine are covered. */
export async function picture(page: Page, folder: string, name: string): Promise<void> {
  const pictures = process.env.PICTURES ?? path.join("test-results", "pictures");
  const mask = [page.locator("code", { hasText: "file://" })];
  await page.screenshot({ path: path.join(pictures, folder, `${name}.png`), mask, maskColor: "#8a94a0" });
}

/** Whatever the page complains of, or asks another host for. */
export function watch(page: Page, base: string): () => string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !/^(data|blob):/.test(url)) complaints.push(`asked another host: ${url}`);
  });
  return () => complaints.splice(0);
}
