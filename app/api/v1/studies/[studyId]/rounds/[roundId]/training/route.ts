import { serve } from "@/app/api/serve";
import { changeTrainingOperation, readTrainingOperation } from "@/lib/validation/training/api";
import { changeTraining } from "@/lib/validation/training/change-training";
import { readTraining } from "@/lib/validation/training/read-training";

export const GET = serve(readTrainingOperation, ({ actor, params }) => readTraining(actor, params.roundId));
export const PUT = serve(changeTrainingOperation, ({ actor, params, body }) =>
  changeTraining(actor, params.roundId, body),
);
