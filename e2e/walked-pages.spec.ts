import { type Browser, expect, type Page, test } from "@playwright/test";
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

type Look = { theme: "light" | "dark"; english: boolean; width: number; height: number };

async function lookAt(browser: Browser, of: "study" | "installation", look: Look, baseURL: string): Promise<void> {
  const page = await pageOf(browser, of === "study" ? researcher : people.administrator);
  const study = of === "study" ? await studyNamed(page, walked) : null;
  const begin = study ? [study] : ["/", "/settings", "/administration", "/api-reference"];
  const pages = await findPages(page, study, begin);
  expect(pages.length).toBeGreaterThan(study ? 24 : 7);
  await page.context().addCookies([{ name: "theme", value: look.theme, url: baseURL }]);
  if (look.english) await inEnglish(page.context(), baseURL);
  await page.setViewportSize(look);
  const complaints = watch(page, baseURL);
  const folder = `${look.english ? "en" : "de"}-${look.theme}-${look.width}`;
  for (const address of pages) {
    await test.step(kindOf(address), async () => {
      const answer = await page.goto(address);
      expect(answer?.status(), address).toBe(200);
      await expect(page.locator("html")).toHaveAttribute("lang", look.english ? "en" : "de");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.waitForLoadState("networkidle");
      await expectNoOverflow(page);
      await expectAccessible(page);
      expect.soft(complaints(), address).toEqual([]);
      await picture(page, folder, nameOf(address, study));
    });
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
