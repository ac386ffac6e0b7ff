import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, picture } from "./studio";

/** How pages are looked at. A page is loaded once a language; theme and size change while it is open, as with people. */

type Look = { theme: "light" | "dark"; width: number; height: number };
export type Language = { name: "de" | "en"; looks: [Look, ...Look[]] };

export const german: Language = { name: "de", looks: [{ theme: "light", width: 1280, height: 800 }] };
export const english: Language = {
  name: "en",
  looks: [
    { theme: "dark", width: 1920, height: 1080 },
    { theme: "light", width: 360, height: 740 },
  ],
};

/** Size and theme, by what the page's own choice of a theme does. */
async function dress(page: Page, { theme, width, height }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.evaluate((chosen) => {
    document.documentElement.dataset.theme = chosen;
  }, theme);
}

/** What follows a change of size or colours is there: charts are drawn anew, what moves has come to its place. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = document
      .getAnimations()
      .filter((each) => each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.all(moving.map((each) => each.finished.catch(() => undefined)));
  });
}

/**
 * Opens one page in one language and sees in each look: language, width, accessibility, complaints of the console. Takes
 * a picture of each look. `instructions`: a dialog with these stands before the page, and is looked at too.
 */
export async function lookAtPage(
  page: Page,
  address: string,
  name: string,
  { name: language, looks }: Language,
  baseURL: string,
  complaints: () => string[],
  { instructions = false } = {},
): Promise<void> {
  const remembered = { theme: looks[0].theme, locale: language };
  await page
    .context()
    .addCookies(Object.entries(remembered).map(([cookie, value]) => ({ name: cookie, value, url: baseURL })));
  await page.setViewportSize(looks[0]);
  const answer = await page.goto(address);
  expect(answer?.status(), address).toBe(200);
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  await expect(page.locator("html")).toHaveAttribute("data-theme", looks[0].theme);
  const heading = page.getByRole("heading", { level: 1 });
  const dialog = page.getByRole("dialog");
  const looked = async (seen: string) => {
    await page.waitForLoadState("networkidle");
    for (const look of looks) {
      await dress(page, look);
      await settled(page);
      await expectNoOverflow(page);
      await expectAccessible(page);
      expect.soft(complaints(), address).toEqual([]);
      await picture(page, `${language}-${look.theme}-${look.width}`, seen);
    }
    await dress(page, looks[0]);
  };
  if (instructions) {
    await expect(dialog).toBeVisible();
    await looked(`${name}-instructions`);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  }
  await expect(heading).toBeVisible();
  await looked(name);
}
