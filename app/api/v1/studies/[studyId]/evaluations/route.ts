import { serve } from "@/app/api/serve";
import { listEvaluationsOperation, startEvaluationOperation } from "@/lib/multiple-choice/api";
import { listEvaluations } from "@/lib/multiple-choice/read-evaluations";
import { startEvaluation } from "@/lib/multiple-choice/start-evaluation";

export const GET = serve(listEvaluationsOperation, async ({ actor }) => ({
  evaluations: await listEvaluations(actor),
}));
export const POST = serve(startEvaluationOperation, ({ actor, body }) => startEvaluation(actor, body));
