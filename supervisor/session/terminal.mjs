// @ts-check
import { Refusal } from "../refusal.mjs";

/** After this long a step says that it is still at work. */
const LONG_STEP_MS = 1500;
const NAME_WIDTH = 9;

const startedAt = Date.now();

/** Time since the start, as minutes and seconds. */
function clock() {
  const seconds = Math.floor((Date.now() - startedAt) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${clock().padStart(6)}  ${text}\n`);
}

/** @param {string} text */
export function complain(text) {
  process.stderr.write(`${clock().padStart(6)}  ${text}\n`);
}

/**
 * One step of a start: a line when it is done, and one before when it takes longer than a moment.
 * @template T
 * @param {string} title what is being done
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const began = Date.now();
  const timer = setTimeout(() => say(`… ${title}`), LONG_STEP_MS);
  try {
    const result = await work();
    say(`✓ ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    complain(`✗ ${title}`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A line of one process among those of others.
 * @param {string} name
 * @param {string} line
 */
export function echo(name, line) {
  process.stdout.write(`${name.padEnd(NAME_WIDTH)} │ ${line}\n`);
}

/** @param {string[]} lines */
export function box(lines) {
  const width = Math.max(...lines.map((line) => line.length));
  const edge = "─".repeat(width + 2);
  process.stdout.write(`\n┌${edge}┐\n${lines.map((line) => `│ ${line.padEnd(width)} │\n`).join("")}└${edge}┘\n\n`);
}

/**
 * Shows why a command ends: a sentence for what was expected, the whole error for what was not.
 * @param {unknown} error
 */
export function showFailure(error) {
  if (error instanceof Refusal) process.stderr.write(`\n${error.message}\n`);
  else console.error(error);
}
