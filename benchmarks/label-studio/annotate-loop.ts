import { timed } from "../figures";
import { cpuSecondsOf } from "./processes";

/** Somebody who annotates; the requests are theirs. */
export type Annotator = {
  /** the next document; null: none is left */
  next(): Promise<string | null>;
  submit(document: string): Promise<void>;
};

export type Annotated = {
  /** milliseconds of each loop: next and submit */
  times: number[];
  cpuMsPerLoop: number;
  /** how often each document was handed out, to different people */
  handedOut: Map<string, number>;
  /** loops that an error of the server ended; SQLite answers some with "database is locked" */
  failures: number;
};

/** Everyone at the same time, each one document after the other, until everyone has had so many or none is left. */
export async function annotate(annotators: Annotator[], loops: number, servers: number[]): Promise<Annotated> {
  const times: number[] = [];
  const handedOut = new Map<string, number>();
  let failures = 0;
  const before = cpuSecondsOf(servers);
  await Promise.all(
    annotators.map(async (annotator) => {
      const own = new Set<string>();
      for (let loop = 0; loop < loops; loop++) {
        let document: string | null = null;
        let failed = false;
        const time = await timed(async () => {
          try {
            document = await annotator.next();
            if (document !== null) await annotator.submit(document);
          } catch {
            failed = true;
          }
        });
        if (failed) failures += 1;
        else if (document === null) return;
        if (document === null || failed) continue;
        times.push(time);
        if (!own.has(document)) handedOut.set(document, (handedOut.get(document) ?? 0) + 1);
        own.add(document);
      }
    }),
  );
  const cpuMsPerLoop = ((cpuSecondsOf(servers) - before) * 1000) / Math.max(1, times.length);
  return { times, cpuMsPerLoop, handedOut, failures };
}

/** How many documents were handed to more people than wanted. */
export function overAssigned({ handedOut }: Annotated, wanted: (document: string) => number): number {
  return [...handedOut].filter(([document, people]) => people > wanted(document)).length;
}
