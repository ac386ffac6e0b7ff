import { z } from "zod";

const step = z.int().min(0).max(2_147_483_647);
const time = z.number().min(0).max(32_503_680_000);
// PostgreSQL's text has no place for U+0000.
const storable = (text: string) => text.replaceAll("\0", "�");
const sentence = z.string().transform((text) => storable(text).slice(0, 4000));
const word = z.string().max(200).transform(storable);

const eventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("metric"),
    name: z.string().min(1).max(200).transform(storable),
    step,
    value: z.number(),
    time,
  }),
  z.object({
    type: z.literal("progress"),
    done: z.number().min(0),
    total: z.number().min(0),
    unit: word,
    phase: word,
    time,
  }),
  z.object({ type: z.literal("log"), level: word, message: sentence, time }),
  z.object({ type: z.literal("warning"), code: word, message: sentence, time }),
  z.object({ type: z.literal("checkpoint"), step, address: word, time }),
]);

export type RunEvent = z.infer<typeof eventSchema>;

/** An event file as it counts: its events with their line, and what is wrong with it (a number: unreadable lines). */
export type EventFile = {
  number: number;
  events: { line: number; event: RunEvent }[];
  damage: number | "missing" | "too_large";
};

/**
 * Reads one event file. Event files appear whole, so a line that is no event, or a last line without its end, means that
 * the file was damaged: such lines are counted and told of, the others are taken.
 */
export function parseEvents(number: number, content: string): EventFile {
  const lines = content.split("\n");
  const unfinished = lines.pop() ?? "";
  const events: EventFile["events"] = [];
  lines.forEach((text, index) => {
    const event = parseLine(text);
    if (event) events.push({ line: index + 1, event });
  });
  return { number, events, damage: lines.length - events.length + (unfinished === "" ? 0 : 1) };
}

function parseLine(text: string): RunEvent | null {
  try {
    return eventSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
