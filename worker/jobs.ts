import { sweepRuns } from "@/lib/compute/sweep-runs";
import { tickRun } from "@/lib/compute/tick-run";
import { lapseClaimsJob, tallyLabelsJob } from "@/lib/validation/jobs";
import { type Task, taskOf } from "./task";

/** Every job of every room, one line each. A job with `everySeconds` starts by itself. */
export const tasks: Task[] = [taskOf(tickRun), taskOf(sweepRuns), taskOf(lapseClaimsJob), taskOf(tallyLabelsJob)];
