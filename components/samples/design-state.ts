"use client";

import { useState } from "react";
import { type Allocation, type DrawTrait, type PlanOptions, usualAssumptions } from "@/lib/corpus/schema";

/** Percent as people type it; the assumptions of every allocation and plan. */
export type AssumptionTexts = { prevalence: string; precision: string; recall: string };

export type DesignState = {
  by: DrawTrait[];
  allocation: Allocation;
  lengthEdges: string;
  scoreEdges: string;
  confidenceEdges: string;
  assumptions: AssumptionTexts;
  doublePercent: string;
  /** empty: as measured, or assumed */
  minutesPerLabel: string;
};

const percent = (share: number) => String(Math.round(share * 1000) / 10);

const initial: DesignState = {
  by: [],
  allocation: "proportional",
  lengthEdges: "1000 5000",
  scoreEdges: "0.5 0.9",
  confidenceEdges: "0.1 0.5 0.9",
  assumptions: {
    prevalence: percent(usualAssumptions.prevalence),
    precision: percent(usualAssumptions.precision),
    recall: percent(usualAssumptions.recall),
  },
  doublePercent: "20",
  minutesPerLabel: "",
};

export function useDesignState(start: Partial<DesignState>) {
  const [state, setState] = useState<DesignState>({ ...initial, ...start });
  return { state, change: (part: Partial<DesignState>) => setState((before) => ({ ...before, ...part })) };
}

const decimal = (text: string) => (text.trim() === "" ? Number.NaN : Number(text.replace(",", ".")));
const edges = (text: string) =>
  text
    .split(/[\s;]+/)
    .filter(Boolean)
    .map(decimal);
const shareOf = (text: string) => Math.round(decimal(text) * 1e6) / 1e8;

const assumptionsOf = ({ prevalence, precision, recall }: AssumptionTexts) => ({
  prevalence: shareOf(prevalence),
  precision: shareOf(precision),
  recall: shareOf(recall),
});

/** The parts of a design that strata and allocation are made of; the schema checks them. */
export function bandsOf(state: DesignState) {
  return {
    by: state.by,
    allocation: state.allocation,
    lengthEdges: edges(state.lengthEdges),
    scoreEdges: edges(state.scoreEdges),
    assumptions: assumptionsOf(state.assumptions),
  };
}

export const confidenceEdgesOf = (state: DesignState) => edges(state.confidenceEdges);

export const planOf = (state: DesignState): PlanOptions => ({
  assumptions: assumptionsOf(state.assumptions),
  doubleShare: shareOf(state.doublePercent),
  minutesPerLabel: state.minutesPerLabel.trim() === "" ? null : decimal(state.minutesPerLabel),
});
