import { serve } from "@/app/api/serve";
import { answerTraining, readOwnTraining } from "@/lib/validation/training/answer-training";
import { answerTrainingOperation, readOwnTrainingOperation } from "@/lib/validation/training/api";

export const GET = serve(readOwnTrainingOperation, ({ actor, params }) => readOwnTraining(actor, params.roundId));
export const POST = serve(answerTrainingOperation, ({ actor, params, body }) =>
  answerTraining(actor, params.roundId, body),
);
