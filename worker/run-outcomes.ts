import { registerClassifierOutcomes } from "@/lib/classifiers/outcomes";
import { registerGenerationOutcomes } from "@/lib/generations/outcomes";
import { registerModelOutcomes } from "@/lib/models/outcomes";
import { registerEvaluationOutcome } from "@/lib/multiple-choice/outcomes";

/** Here the rooms tell what the success of a run means to them: one line a room. */
registerClassifierOutcomes();
registerModelOutcomes();
registerEvaluationOutcome();
registerGenerationOutcomes();
