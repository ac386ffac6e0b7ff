import { expect, test } from "@playwright/test";
import { exampleStudy, expectAccessible, expectNoOverflow, inEnglish, people, signIn, watch } from "./studio";

const ofStudy = [
  "",
  "/corpora",
  "/samples",
  "/labelling",
  "/rounds",
  "/classifiers",
  "/filtering",
  "/pretraining",
  "/merges",
  "/evaluations",
  "/answers",
  "/comparisons",
  "/runs",
  "/members",
  "/audit",
];
const others = [
  "/",
  "/settings",
  "/api-reference",
  "/administration/people",
  "/administration/backends",
  "/administration/endpoints",
  "/administration/checkpoints",
];

for (const theme of ["light", "dark"] as const) {
  test(`every page is accessible and complains of nothing, ${theme}`, async ({ page, context, baseURL }) => {
    test.setTimeout(600_000);
    const base = baseURL ?? "";
    await context.addCookies([{ name: "theme", value: theme, url: base }]);
    const complaints = watch(page, base);
    await signIn(page, people.owner);
    const study = await exampleStudy(page);
    for (const path of [...others, ...ofStudy.map((station) => `${study}${station}`)]) {
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(200);
      await expect(page.locator("h1")).toBeVisible();
      await test.step(`axe ${path}`, () => expectAccessible(page));
      expect(complaints(), path).toEqual([]);
    }
  });
}

for (const width of [360, 1920]) {
  test(`no page scrolls sideways at ${width} pixels, in English`, async ({ page, context, baseURL }) => {
    test.setTimeout(600_000);
    await signIn(page, people.owner);
    const study = await exampleStudy(page);
    await inEnglish(context, baseURL ?? "");
    await page.setViewportSize({ width, height: 800 });
    for (const path of [...others, ...ofStudy.map((station) => `${study}${station}`)]) {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("lang", "en");
      await expect(page.locator("h1")).toBeVisible();
      await test.step(`width ${path}`, () => expectNoOverflow(page));
    }
  });
}
