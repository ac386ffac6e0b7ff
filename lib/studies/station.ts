/** The stations of the road, in its order; each is a page below /studies/ID. */
export const stationNames = [
  "corpora",
  "samples",
  "labelling",
  "rounds",
  "classifiers",
  "filtering",
  "pretraining",
  "merges",
  "evaluations",
  "answers",
  "comparisons",
] as const;

export type StationName = (typeof stationNames)[number];

/**
 * What the study home shows of a station. `state` is what the station knows of itself; the home works out "next" and
 * what it waits for from the road. `figure.name` is a key of messages/LOCALE/home.json under "figures"; it carries an
 * estimate (value, interval, n; `of` names the checkpoint), a count, a share of work done, or a value before
 * and after. `href` is below /studies/ID and shows what the
 * figure rests on.
 */
export type Station = {
  state: "empty" | "active" | "done" | "failed";
  figure:
    | null
    | { name: string; kind: "count"; count: number }
    | { name: string; kind: "share"; done: number; total: number }
    | { name: string; kind: "change"; before: number; after: number }
    | {
        name: string;
        kind: "estimate";
        value: number;
        interval: { lower: number; upper: number };
        n: number;
        of?: string;
        percent?: true;
      };
  href: string;
};
