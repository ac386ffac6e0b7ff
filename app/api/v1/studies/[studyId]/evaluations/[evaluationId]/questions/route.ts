import { serve } from "@/app/api/serve";
import { listAnsweredQuestionsOperation } from "@/lib/multiple-choice/api";
import { listAnsweredQuestions } from "@/lib/multiple-choice/read-evaluations";

export const GET = serve(listAnsweredQuestionsOperation, ({ actor, params, query }) =>
  listAnsweredQuestions(actor, params.evaluationId, query),
);
