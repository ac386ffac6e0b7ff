import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import type { Drift, PaceView } from "@/lib/validation/quality/schema";
import { inDatabase } from "./in-database";
import type { Prepared } from "./quality-in-database";
import { expectAccessible, expectNoOverflow, inEnglish, picture } from "./studio";

/** Drift and pace on the page of label quality: what is drawn is what was computed, and pace is nobody else's business. */

let prepared: Prepared;
test.beforeAll(({ baseURL }) => {
  prepared = inDatabase<Prepared>("quality-in-database", [], baseURL ?? "");
});

async function pageAs(browser: Browser, who: string, baseURL: string, english = false): Promise<Page> {
  const context = await browser.newContext();
  const [name = "", value = ""] = (prepared.cookies[who] ?? "").split(/=(.*)/s);
  await context.addCookies([{ name, value, url: baseURL }]);
  if (english) await inEnglish(context, baseURL);
  return context.newPage();
}

const roundOf = (id: string) => `/studies/${prepared.studyId}/rounds/${id}`;
const answerOf = async (page: Page, part: string, id = prepared.roundId) =>
  page.request.get(`/api/v1${roundOf(id)}/quality/${part}`);

/** The values that a chart shows, read from its drawing by the numbers at its axis: of the line, and of the band's edges. */
async function drawn(chart: Locator) {
  await chart.scrollIntoViewIfNeeded();
  await expect(chart.locator(".recharts-line-curve")).toBeVisible();
  return chart.evaluate((section) => {
    const lines = [...section.querySelectorAll(".recharts-yAxis-tick-lines line")];
    const labels = [...section.querySelectorAll(".recharts-yAxis-tick-labels .recharts-cartesian-axis-tick-value")];
    if (lines.length !== labels.length) throw new Error(`${lines.length} ticks with ${labels.length} numbers`);
    const ticks = labels.map((label, index) => {
      const written = (label.textContent ?? "").replace(/[^0-9,.]/g, "").replace(",", ".");
      return { value: Number(written), middle: lines[index]?.getBoundingClientRect().top ?? 0 };
    });
    const [low, high] = [ticks[0], ticks.at(-1)];
    if (!low || !high || low.value === high.value) throw new Error("an axis without numbers");
    const valuesOf = (selector: string) => {
      const path = section.querySelector<SVGPathElement>(selector);
      const matrix = path?.getScreenCTM();
      const points = [...(path?.getAttribute("d") ?? "").matchAll(/[ML]?(-?[\d.]+),(-?[\d.]+)/g)];
      return points.map(([, x, y]) => {
        const at = new DOMPoint(Number(x), Number(y)).matrixTransform(matrix ?? undefined);
        const part = (low.middle - at.y) / (low.middle - high.middle);
        return { x: at.x, value: low.value + part * (high.value - low.value) };
      });
    };
    return { line: valuesOf(".recharts-line-curve"), band: valuesOf(".recharts-area-area") };
  });
}

type Expected = { value: number; lower: number; upper: number };

/** `within`: a fifth of a pixel or less. */
function expectDrawn({ line, band }: Awaited<ReturnType<typeof drawn>>, expected: Expected[], within: number) {
  const close = (found: number | undefined, value: number) =>
    expect(Math.abs((found ?? 1e9) - value)).toBeLessThan(within);
  expect(line).toHaveLength(expected.length);
  expect(band).toHaveLength(2 * expected.length);
  const steps = line.slice(1).map(({ x }, index) => x - (line[index]?.x ?? 0));
  for (const step of steps) expect(Math.abs(step - (steps[0] ?? 0))).toBeLessThan(1);
  // The band is one line there along its upper edge, and back along the lower one.
  const [there, back] = [band.slice(0, expected.length), band.slice(expected.length).reverse()];
  for (const [index, { value, lower, upper }] of expected.entries()) {
    close(line[index]?.value, value);
    const [one = 0, other = 0] = [there[index]?.value, back[index]?.value];
    close(Math.max(one, other), upper);
    close(Math.min(one, other), lower);
  }
}

test("drift is drawn as it was computed, with its unit, its interval and n, in German and English", async ({
  browser,
  baseURL,
}) => {
  const page = await pageAs(browser, "owner", baseURL ?? "");
  await page.goto(`${roundOf(prepared.roundId)}/quality`);
  const drift = (await (await answerOf(page, "drift")).json()) as Drift;
  expect(drift).toMatchObject({ decisions: 63, parts: 6 });
  const shares = drift.measures.medical.shares.map((share) => {
    if (!share) throw new Error("a part without decisions");
    return { value: 100 * share.value, lower: 100 * share.interval.lower, upper: 100 * share.interval.upper };
  });
  expect(new Set(shares.map(({ value }) => value)).size).toBeGreaterThan(4);
  const chart = page.getByRole("region", { name: "„Medizinisch“" });
  expectDrawn(await drawn(chart), shares, 0.1);
  await expect(chart.getByRole("heading")).toContainText("n = 63");
  await expect(chart).toContainText("Anteil der Entscheidungen (%)");
  await expect(chart).toContainText("Abschnitt, früh nach spät");
  // Nothing to compare with: it says so instead of drawing an empty chart.
  for (const other of ["Gleich wie das LLM", "Gleich wie das Gold"]) {
    await expect(page.getByRole("region", { name: other })).toContainText("Noch keine Entscheidung");
  }
  await chart.getByRole("button", { name: "Als Tabelle zeigen" }).click();
  const written = (value: number) => value.toLocaleString("de-DE", { maximumSignificantDigits: 6 });
  const rows = shares.map(({ value, lower, upper }, index) => [index + 1, value, lower, upper].map(written).join(" "));
  for (const name of rows) await expect(chart.getByRole("row", { name, exact: true })).toBeVisible();
  await expectAccessible(page);

  const english = await pageAs(browser, "owner", baseURL ?? "", true);
  await english.goto(`${roundOf(prepared.roundId)}/quality`);
  const same = english.getByRole("region", { name: "“Medical”" });
  expectDrawn(await drawn(same), shares, 0.1);
  await expect(same).toContainText("Share of decisions (%)");
});

test("pace is drawn as it was computed, on one scale, also of two people with one name", async ({
  browser,
  baseURL,
}) => {
  const page = await pageAs(browser, "owner", baseURL ?? "");
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`${roundOf(prepared.roundId)}/quality`);
  const { shown, people } = (await (await answerOf(page, "pace")).json()) as PaceView;
  expect(shown).toBe("shown");
  expect(people.map(({ pace }) => pace.n).sort()).toEqual([3, 60]);
  const parts = people.find(({ pace }) => pace.n === 60)?.parts ?? [];
  expect(parts).toHaveLength(10);
  const chart = page.getByRole("region", { name: "Praxis" });
  const expected = parts.map(({ median, lowerQuartile, upperQuartile }) => {
    return { value: median, lower: lowerQuartile, upper: upperQuartile };
  });
  expectDrawn(await drawn(chart), expected, 0.03);
  await expect(chart.getByRole("heading")).toContainText("n = 60");
  await expect(chart).toContainText("Zeit je Entscheidung (s)");
  await expect(chart).toContainText("Linie: Median; Band: mittlere Hälfte.");
  const table = page.getByRole("table", { name: "Tempo je Person" });
  await expect(table.getByRole("row", { name: /Praxis/ })).toHaveCount(2);
  await picture(page, "quality-charts", "pace");
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoOverflow(page);
  }
  expect(complaints).toEqual([]);
});

test("where nobody has decided yet, it says what is missing", async ({ browser, baseURL }) => {
  const page = await pageAs(browser, "owner", baseURL ?? "");
  await page.goto(`${roundOf(prepared.emptyId)}/quality`);
  await expect(page.getByText("Es braucht mindestens 20.")).toBeVisible();
  await expect(page.getByText("Es wurde noch keine Zeit gemessen.")).toBeVisible();
});

test("pace of others reaches no researcher's browser, and no clinician's", async ({ browser, baseURL }) => {
  const page = await pageAs(browser, "researcher", baseURL ?? "");
  const answers: Promise<string>[] = [];
  page.on("response", (response) => {
    if (/json|html|component/.test(response.headers()["content-type"] ?? ""))
      answers.push(response.text().catch(() => ""));
  });
  await page.goto(`${roundOf(prepared.roundId)}/quality`);
  await expect(page.getByText("Das Tempo einzelner Personen sehen nur Leitende der Studie.")).toBeVisible();
  expect(await (await answerOf(page, "pace")).json()).toEqual({ shown: "owners", people: [] });
  const received = (await Promise.all(answers)).join("");
  expect(received).toContain(prepared.roundId);
  expect(received).not.toMatch(/"median"|upperQuartile\\?":\d/);

  const deciding = await pageAs(browser, "clinician", baseURL ?? "");
  for (const part of ["pace", "drift"]) expect((await answerOf(deciding, part)).status()).toBe(403);
  // Their own comes when their part is done.
  const own = await deciding.request.get(`/api/v1${roundOf(prepared.roundId)}/own`);
  expect(await own.json()).toEqual({ record: null });
});
