import { readdirSync } from "node:fs";
import path from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import * as road from "./road";
import {
  expectAccessible,
  expectNoOverflow,
  inEnglish,
  pageOf,
  people,
  picture,
  studyNamed,
  walkedStudy,
  watch,
} from "./studio";

/**
 * Looks at every page there is, by following links: of a study that has walked the road (road.spec.ts has, just before)
 * and of the administration.
 */
const walked = process.env.E2E_STUDY ?? walkedStudy;
const researcher = process.env.E2E_PERSON ?? people.researcher;

/** One address stands for all of its kind. */
const kindOf = (address: string) => address.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");

/** Follows links to one page of every kind, within the study, or outside of studies where there is none. */
async function findPages(page: Page, study: string | null, begin: string[]): Promise<string[]> {
  const found = new Map<string, string>();
  const open = [...begin];
  for (let next = open.shift(); next; next = open.shift()) {
    await page.goto(next);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    if (!found.has(kindOf(next))) found.set(kindOf(next), next);
    const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
    for (const link of links.map((each) => each.replace(/[?#].*/, ""))) {
      const within = study ? link.startsWith(study) : !link.startsWith("/studies/");
      if (!within || link.startsWith("/api/") || found.has(kindOf(link))) continue;
      found.set(kindOf(link), link);
      open.push(link);
    }
  }
  return [...found.values()];
}

/** `study-merges-ID`, `administration-people`, `home`. */
function nameOf(address: string, study: string | null): string {
  const words = kindOf(study ? address.replace(study, "/study") : address)
    .split("/")
    .filter(Boolean);
  return words.join("-") || "home";
}

/** Every page that app/ holds, as `kindOf` names them. */
function everyKind(): string[] {
  return readdirSync(path.join(import.meta.dirname, "..", "app"), { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "page.tsx")
    .map((file) => path.dirname(file).split(path.sep))
    .map((names) => names.filter((name) => !name.startsWith("(")).map((name) => (name.startsWith("[") ? "ID" : name)))
    .map((names) => `/${names.join("/")}`);
}

/** No link leads there once the road is walked; the last test looks at them, the judges' screen is seen by road.spec.ts. */
const withoutLink = [
  "/sign-in",
  "/join",
  "/studies/ID/rounds/ID/edit",
  "/studies/ID/rounds/ID/training",
  "/studies/ID/rounds/ID/work",
  "/studies/ID/rounds/ID/adjudicate",
  "/studies/ID/comparisons/ID/work",
];

type Look = { theme: "light" | "dark"; english: boolean; width: number; height: number };

async function dress(page: Page, look: Look, baseURL: string): Promise<void> {
  await page.context().addCookies([{ name: "theme", value: look.theme, url: baseURL }]);
  if (look.english) await inEnglish(page.context(), baseURL);
  await page.setViewportSize(look);
}

/** Opens one page and looks: language, width, accessibility, complaints of the console, and a picture. */
async function lookAtPage(page: Page, address: string, name: string, look: Look, complaints: () => string[]) {
  const answer = await page.goto(address);
  expect(answer?.status(), address).toBe(200);
  await expect(page.locator("html")).toHaveAttribute("lang", look.english ? "en" : "de");
  const heading = page.getByRole("heading", { level: 1 });
  const dialog = page.getByRole("dialog");
  const looked = async (seen: string) => {
    await page.waitForLoadState("networkidle");
    await expectNoOverflow(page);
    await expectAccessible(page);
    expect.soft(complaints(), address).toEqual([]);
    await picture(page, `${look.english ? "en" : "de"}-${look.theme}-${look.width}`, seen);
  };
  await expect(heading.or(dialog).first()).toBeVisible();
  // The instructions of a work screen stand before it.
  if (await dialog.isVisible()) {
    await looked(`${name}-instructions`);
    await page.keyboard.press("Escape");
  }
  await expect(heading).toBeVisible();
  await looked(name);
}

async function lookAt(browser: Browser, of: "study" | "installation", look: Look, baseURL: string): Promise<void> {
  const page = await pageOf(browser, of === "study" ? researcher : people.administrator);
  const study = of === "study" ? await studyNamed(page, walked) : null;
  const begin = study ? [study] : ["/", "/settings", "/administration", "/api-reference"];
  const pages = await findPages(page, study, begin);
  const expected = everyKind().filter((kind) => kind.startsWith("/studies/ID") === (study !== null));
  expect(pages.map(kindOf)).toEqual(expect.arrayContaining(expected.filter((kind) => !withoutLink.includes(kind))));
  await dress(page, look, baseURL);
  const complaints = watch(page, baseURL);
  for (const address of pages) {
    await test.step(kindOf(address), () => lookAtPage(page, address, nameOf(address, study), look, complaints));
  }
}

test.beforeEach(() => test.setTimeout(20 * 60_000));

const looks: Look[] = [
  { theme: "light", english: false, width: 1280, height: 800 },
  { theme: "dark", english: true, width: 1920, height: 1080 },
  { theme: "light", english: true, width: 360, height: 740 },
];
for (const look of looks) {
  const { theme, english, width } = look;
  test(`every page, ${theme}, ${english ? "English" : "German"}, ${width} pixels wide`, async ({
    browser,
    baseURL,
  }) => {
    await test.step("of the study", () => lookAt(browser, "study", look, baseURL ?? ""));
    await test.step("of the installation", () => lookAt(browser, "installation", look, baseURL ?? ""));
  });
}

test("the pages that no link leads to: signing in, an invitation, a draft, a round at work", async ({
  browser,
  baseURL,
}) => {
  const research = await pageOf(browser, researcher);
  const study = await studyNamed(research, walked);
  const invitation = await road.invite(research, study, `guest-${Date.now()}@example.org`);
  const draft = await road.draftRound(research, study, 25);
  /** By somebody's browser, or by one where nobody is signed in, in every look. */
  const lookAtAll = async (person: string | null, pages: Record<string, string>) => {
    for (const look of looks) {
      const page = person ? await pageOf(browser, person) : await (await browser.newContext()).newPage();
      await dress(page, look, baseURL ?? "");
      const complaints = watch(page, baseURL ?? "");
      for (const [name, address] of Object.entries(pages)) await lookAtPage(page, address, name, look, complaints);
      await page.context().close();
    }
  };
  await test.step("signed out", () => lookAtAll(null, { "sign-in": "/sign-in", join: invitation ?? "" }));
  await test.step("a draft", () =>
    lookAtAll(researcher, {
      "study-rounds-draft": draft,
      "study-rounds-ID-edit": `${draft}/edit`,
      "study-rounds-ID-training": `${draft}/training`,
    }));
  await road.openDraft(research, draft);
  await test.step("nothing to adjudicate", () =>
    lookAtAll(researcher, { "study-rounds-ID-adjudicate": `${draft}/adjudicate` }));
  await test.step("at work", () => lookAtAll(people.clinician, { "study-rounds-ID-work": `${draft}/work` }));
  await road.closeRound(research, draft);
});
