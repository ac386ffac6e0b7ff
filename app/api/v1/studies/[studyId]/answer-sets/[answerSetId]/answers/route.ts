import { serve } from "@/app/api/serve";
import { listAnswersOperation } from "@/lib/generations/api";
import { listAnswers } from "@/lib/generations/read-answers";

export const GET = serve(listAnswersOperation, ({ actor, params, query }) =>
  listAnswers(actor, params.answerSetId, query),
);
