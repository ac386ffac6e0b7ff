import { serve } from "@/app/api/serve";
import { createQuestionSetOperation, listQuestionSetsOperation } from "@/lib/multiple-choice/api";
import { createQuestionSet, listQuestionSets } from "@/lib/multiple-choice/question-sets";

export const GET = serve(listQuestionSetsOperation, async ({ actor }) => ({
  questionSets: await listQuestionSets(actor),
}));
export const POST = serve(createQuestionSetOperation, ({ actor, body }) => createQuestionSet(actor, body));
