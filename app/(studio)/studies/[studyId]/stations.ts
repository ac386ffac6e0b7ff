import { readClassifiersStation, readFilteringStation } from "@/lib/classifiers/read-station";
import { readCorporaStation, readSamplesStation } from "@/lib/corpus/read-station";
import { readAnswersStation } from "@/lib/generations/read-station";
import { readComparisonsStation } from "@/lib/judging/read-station";
import { readLabellingStation } from "@/lib/labelling/read-station";
import { readMergesStation, readPretrainingStation } from "@/lib/models/read-station";
import { readEvaluationsStation } from "@/lib/multiple-choice/read-station";
import type { StudyActor } from "@/lib/studies/actor";
import { type Station, type StationName, stationNames } from "@/lib/studies/station";
import { readRoundsStation } from "@/lib/validation/read-station";

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

export const stationReaders: Record<StationName, (actor: StudyActor) => Promise<Station>> = {
  corpora: readCorporaStation,
  samples: readSamplesStation,
  labelling: readLabellingStation,
  rounds: readRoundsStation,
  classifiers: readClassifiersStation,
  filtering: readFilteringStation,
  pretraining: readPretrainingStation,
  merges: readMergesStation,
  evaluations: readEvaluationsStation,
  answers: readAnswersStation,
  comparisons: readComparisonsStation,
};

/** Reads every station of the study, side by side. */
export async function readStations(actor: StudyActor): Promise<StationOnRoad[]> {
  const entries = await Promise.all(
    stationNames.map(async (name) => [name, await stationReaders[name](actor)] as const),
  );
  return placeOnRoad(Object.fromEntries(entries) as Record<StationName, Station>);
}
