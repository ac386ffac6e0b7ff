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
};

/** Everyone at the same time, each one document after the other, until everyone has had so many or none is left. */
export async function annotate(annotators: Annotator[], loops: number, servers: number[]): Promise<Annotated> {
  const times: number[] = [];
  const handedOut = new Map<string, number>();
  const before = cpuSecondsOf(servers);
  await Promise.all(
    annotators.map(async (annotator) => {
      const own = new Set<string>();
      for (let loop = 0; loop < loops; loop++) {
        let document: string | null = null;
        const time = await timed(async () => {
          document = await annotator.next();
          if (document !== null) await annotator.submit(document);
        });
        if (document === null) return;
        times.push(time);
        if (!own.has(document)) handedOut.set(document, (handedOut.get(document) ?? 0) + 1);
        own.add(document);
      }
    }),
  );
  const cpuMsPerLoop = ((cpuSecondsOf(servers) - before) * 1000) / Math.max(1, times.length);
  return { times, cpuMsPerLoop, handedOut };
}

/** How many documents were handed to more people than wanted. */
export function overAssigned({ handedOut }: Annotated, wanted: (document: string) => number): number {
  return [...handedOut].filter(([document, people]) => people > wanted(document)).length;
}
