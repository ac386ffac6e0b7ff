import "server-only";
import type { StudyActor } from "@/lib/studies/actor";
import { type Station, type StationName, stationNames } from "@/lib/studies/station";

export type StationOnRoad = Station & {
  name: StationName;
  /** as the road sees it: the first station that has nothing yet is next, those after it wait for the one before */
  place: "done" | "active" | "failed" | "next" | "waits";
  waitsFor: StationName | null;
};

/** What must be there before a station can begin; the road forks after the base model and joins again. */
const needs: Record<StationName, StationName | null> = {
  corpora: null,
  samples: "corpora",
  labelling: "samples",
  rounds: "samples",
  classifiers: "rounds",
  filtering: "classifiers",
  pretraining: "filtering",
  merges: "pretraining",
  evaluations: null,
  answers: null,
  comparisons: "answers",
};

/** What a station leaves behind is there with its figure; a station that is under way for the first time has none yet. */
const hasResult = (station: Station) =>
  station.state === "done" || (station.state === "active" && station.figure !== null);

/** Puts what each station says of itself on the road. */
export function placeOnRoad(stations: Record<StationName, Station>): StationOnRoad[] {
  return stationNames.map((name) => {
    const station = stations[name];
    const need = needs[name];
    const waitsFor = station.state === "empty" && need && !hasResult(stations[need]) ? need : null;
    const place = station.state !== "empty" ? station.state : waitsFor ? "waits" : "next";
    return { ...station, name, place, waitsFor };
  });
}

/** Reads every station of the study, side by side. */
export async function readStations(
  actor: StudyActor,
  readers: Record<StationName, (actor: StudyActor) => Promise<Station>>,
): Promise<StationOnRoad[]> {
  const entries = await Promise.all(stationNames.map(async (name) => [name, await readers[name](actor)] as const));
  return placeOnRoad(Object.fromEntries(entries) as Record<StationName, Station>);
}
