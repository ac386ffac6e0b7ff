import { readdirSync } from "node:fs";
import path from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { english, german, type Language, lookAtPage } from "./looks";
import { pageOf, people, studyNamed, walkedStudy, watch } from "./studio";

/**
 * Looks at every page there is, by following links: of a study that has walked the road (road.spec.ts has, just before)
 * and of the administration. What no link leads to is looked at in pages-without-link.spec.ts.
 */
const walked = process.env.E2E_STUDY ?? walkedStudy;
const researcher = process.env.E2E_PERSON ?? people.researcher;

/** One address stands for all of its kind. */
const kindOf = (address: string) => address.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");

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

/** No link leads there once the road is walked. */
const withoutLink = [
  "/sign-in",
  "/join",
  "/studies/ID/rounds/ID/edit",
  "/studies/ID/rounds/ID/training",
  "/studies/ID/rounds/ID/work",
  "/studies/ID/rounds/ID/adjudicate",
  "/studies/ID/comparisons/ID/work",
];

/** Looks at one page of every kind, following links, within the study, or outside of studies where there is none. */
async function followLinks(
  page: Page,
  study: string | null,
  begin: string[],
  look: (address: string) => Promise<void>,
) {
  const found = new Map(begin.map((address) => [kindOf(address), address]));
  // What is found on the way comes at the end.
  for (const address of found.values()) {
    await look(address);
    const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
    for (const link of links.map((each) => each.replace(/[?#].*/, ""))) {
      const within = study ? link.startsWith(study) : !link.startsWith("/studies/");
      if (within && !link.startsWith("/api/") && !found.has(kindOf(link))) found.set(kindOf(link), link);
    }
  }
  return [...found.values()];
}

async function lookAtAll(browser: Browser, of: "study" | "installation", baseURL: string): Promise<void> {
  const page = await pageOf(browser, of === "study" ? researcher : people.administrator);
  const study = of === "study" ? await studyNamed(page, walked) : null;
  const complaints = watch(page, baseURL);
  const lookIn = (language: Language) => (address: string) =>
    test.step(`${language.name}: ${kindOf(address)}`, () =>
      lookAtPage(page, address, nameOf(address, study), language, baseURL, complaints));
  const begin = study ? [study] : ["/", "/settings", "/administration", "/api-reference"];
  const pages = await followLinks(page, study, begin, lookIn(german));
  const expected = everyKind().filter((kind) => kind.startsWith("/studies/ID") === (study !== null));
  expect(pages.map(kindOf)).toEqual(expect.arrayContaining(expected.filter((kind) => !withoutLink.includes(kind))));
  for (const address of pages) await lookIn(english)(address);
}

test.describe.configure({ mode: "parallel", timeout: 20 * 60_000 });

test("every page of the study, in German and English, light and dark, on a screen and a phone", ({
  browser,
  baseURL,
}) => lookAtAll(browser, "study", baseURL ?? ""));

test("every page of the installation, in German and English, light and dark, on a screen and a phone", ({
  browser,
  baseURL,
}) => lookAtAll(browser, "installation", baseURL ?? ""));
