import { expect, it } from "vitest";
import { type Station, type StationName, stationNames } from "@/lib/studies/station";
import { placeOnRoad } from "./stations";

const empty: Station = { state: "empty", figure: null, href: "" };
const done: Station = { state: "done", figure: { name: "documents", kind: "count", count: 1 }, href: "" };
const begun: Station = { state: "active", figure: null, href: "" };

/** The place of each station on a road where these have something and all others nothing. */
function places(stations: Partial<Record<StationName, Station>>): Record<string, string> {
  const all = Object.fromEntries(stationNames.map((name) => [name, stations[name] ?? empty]));
  const road = placeOnRoad(all as Record<StationName, Station>);
  return Object.fromEntries(
    road.map(({ name, place, waitsFor }) => [name, waitsFor ? `waits for ${waitsFor}` : place]),
  );
}

it("an empty study begins with a corpus, and may have the base model evaluated", () => {
  expect(places({})).toMatchObject({
    corpora: "next",
    samples: "waits for corpora",
    classifiers: "waits for rounds",
    pretraining: "waits for filtering",
    evaluations: "next",
    answers: "next",
    comparisons: "waits for answers",
  });
});

it("a sample opens the way to the LLM and to the people at once", () => {
  expect(places({ corpora: done, samples: done })).toMatchObject({ labelling: "next", rounds: "next" });
});

it("a station that has only begun is waited for, one that has a figure is not", () => {
  expect(places({ corpora: done, samples: done, rounds: begun })).toMatchObject({
    rounds: "active",
    classifiers: "waits for rounds",
  });
  const withFigure: Station = { ...begun, figure: { name: "decided", kind: "share", done: 3, total: 60 } };
  expect(places({ corpora: done, samples: done, rounds: withFigure })).toMatchObject({ classifiers: "next" });
});

it("a failed station keeps those after it waiting", () => {
  expect(places({ corpora: { ...empty, state: "failed" } })).toMatchObject({
    corpora: "failed",
    samples: "waits for corpora",
  });
});
