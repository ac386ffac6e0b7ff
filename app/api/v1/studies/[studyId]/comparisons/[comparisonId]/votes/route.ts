import { serve } from "@/app/api/serve";
import { submitVotesOperation } from "@/lib/judging/api";
import { submitVotes } from "@/lib/judging/submit-votes";

export const POST = serve(submitVotesOperation, ({ actor, params, body }) =>
  submitVotes(actor, params.comparisonId, body),
);
