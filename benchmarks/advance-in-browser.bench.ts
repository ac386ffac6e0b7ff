/**
 * From a key press to the next document on the screen, in Chromium with 300 ms more on every request: a clinician who
 * decides quickly (every 700 ms) and one who hardly reads (every 400 ms), in a round of 2,000 items. The reference is a key
 * press that changes nothing but one word of the same page.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CDPSession, chromium, type Page } from "playwright";
import { closeDatabase } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { cookieOf } from "@/lib/studies/testing/people";
import { findViolations } from "@/lib/validation/testing/find-violations";
import { findBrowser } from "../supervisor/testing/browser.mjs";
import { printTimes } from "./figures";
import { Studio } from "./label-studio/studio-server";
import { makeMeasuredStudy, openMeasuredRound } from "./measured-study";

const addedLatencyMs = 300;
const decisions = 150;
const region = 'section[aria-label^="Dokument"]';

/**
 * Collects the milliseconds from each key press until a frame was painted in which what the selector finds reads otherwise. As
 * text, since the compiler adds a helper to functions that the page does not have.
 */
const paintsOf = (selector: string) => `
  (() => {
    const times = (window.measured = []);
    const read = () => document.querySelector(${JSON.stringify(selector)})?.textContent ?? "";
    let pressed = null;
    let shown = read();
    document.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
    new MutationObserver(() => {
      const [began, now] = [pressed, read()];
      if (began === null || now === "" || now === shown) return;
      [shown, pressed] = [now, null];
      // A task after the frame's callbacks runs once the frame is on its way to the screen.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => times.push(performance.now() - began);
        port2.postMessage(null);
      });
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  })()`;

const timesOf = (page: Page) => page.evaluate(() => (window as unknown as { measured: number[] }).measured);

async function openWork(studio: Studio, person: StudyActor, roundId: string) {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const context = await browser.newContext({ locale: "de-DE", viewport: { width: 1280, height: 800 } });
  const [name = "", value = ""] = (await cookieOf(person)).split(/=(.*)/s);
  await context.addCookies([{ name, value, url: studio.base }]);
  const page = await context.newPage();
  await page.goto(`${studio.base}/studies/${person.studyId}/rounds/${roundId}/work`);
  await page.getByRole("button", { name: "Anfangen" }).click();
  await page.locator(region).waitFor();
  const network: CDPSession = await context.newCDPSession(page);
  await network.send("Network.enable");
  const free = { offline: false, downloadThroughput: -1, uploadThroughput: -1 };
  await network.send("Network.emulateNetworkConditions", { ...free, latency: addedLatencyMs });
  return { browser, page };
}

async function decideEvery(studio: Studio, person: StudyActor, roundId: string, pauseMs: number) {
  const { browser, page } = await openWork(studio, person, roundId);
  try {
    await page.evaluate(paintsOf(`${region} > div`));
    for (let done = 0; done < decisions; done++) {
      await page.keyboard.press(["m", "n", "n", "u"][done % 4] ?? "n");
      await delay(pauseMs);
      const goOn = page.getByRole("button", { name: "Weiter", exact: true });
      // The pause between two sets is not an advance.
      if (await goOn.isVisible()) await goOn.click();
    }
    await page.locator('[data-unsent="0"]').waitFor();
    return { name: `decide and advance, every ${pauseMs} ms`, times: await timesOf(page) };
  } finally {
    await browser.close();
  }
}

/** Opens and closes the search for words: a key that changes a little and asks nobody. */
async function pressOnly(studio: Studio, person: StudyActor, roundId: string) {
  const { browser, page } = await openWork(studio, person, roundId);
  try {
    await page.evaluate(paintsOf("footer"));
    for (let done = 0; done < decisions; done++) {
      await page.keyboard.press("h");
      await delay(150);
    }
    return { name: "a key that asks nobody", times: await timesOf(page) };
  } finally {
    await browser.close();
  }
}

const scratch = mkdtempSync(path.join(tmpdir(), "studio-advance-"));
const study = await makeMeasuredStudy(2000, 3);
const roundId = await openMeasuredRound(study);
const studio = await Studio.start(scratch);
try {
  const [first, second, third] = study.clinicians as [StudyActor, StudyActor, StudyActor];
  const reference = await pressOnly(studio, third, roundId);
  const rows = [await decideEvery(studio, first, roundId, 700), await decideEvery(studio, second, roundId, 400)];
  printTimes(`From the key to the next document painted, ${addedLatencyMs} ms added to every request`, reference, rows);
  const violations = await findViolations(roundId);
  if (violations.length > 0) throw new Error(violations.join("\n"));
} finally {
  await studio.end();
  rmSync(scratch, { recursive: true, force: true });
}
await closeDatabase();
