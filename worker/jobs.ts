import { checkBackendJob } from "@/lib/compute/checks/check-job";
import { sweepRuns } from "@/lib/compute/sweep-runs";
import { tickRun } from "@/lib/compute/tick-run";
import { runImport } from "@/lib/corpus/import/run-import";
import { sweepImports } from "@/lib/corpus/import/sweep-imports";
import { drawSampleJob } from "@/lib/corpus/sampling/draw-sample";
import { sweepDrawings } from "@/lib/corpus/sampling/sweep-drawings";
import { generationTick, sweepGenerations } from "@/lib/generations/tick-generation";
import { lapsePairClaimsJob } from "@/lib/judging/lapse-claims";
import { fitLeaderboard } from "@/lib/judging/read-leaderboard";
import { sweepLabelling } from "@/lib/labelling/jobs";
import { labellingTick } from "@/lib/labelling/tick-labelling";
import { takeInLocalModels } from "@/lib/models/jobs";
import { importAnnotationsJob, sweepAnnotationImports } from "@/lib/validation/annotations/run-import";
import { checkStopRulesJob, lapseClaimsJob, tallyLabelsJob } from "@/lib/validation/jobs";
import { type Task, taskOf } from "./task";

/** Every job of every room, one line each. A job with `everySeconds` starts by itself. */
export const tasks: Task[] = [
  taskOf(tickRun),
  taskOf(sweepRuns),
  taskOf(checkBackendJob),
  taskOf(runImport),
  taskOf(sweepImports),
  taskOf(drawSampleJob),
  taskOf(sweepDrawings),
  taskOf(labellingTick),
  taskOf(sweepLabelling),
  taskOf(generationTick),
  taskOf(sweepGenerations),
  taskOf(takeInLocalModels),
  taskOf(lapseClaimsJob),
  taskOf(tallyLabelsJob),
  taskOf(checkStopRulesJob),
  taskOf(importAnnotationsJob),
  taskOf(sweepAnnotationImports),
  taskOf(lapsePairClaimsJob),
  taskOf(fitLeaderboard),
];
