import { serve } from "@/app/api/serve";
import { skipContestedOperation } from "@/lib/validation/adjudication/api";
import { skipContested } from "@/lib/validation/adjudication/release-contested";

export const POST = serve(skipContestedOperation, ({ actor, params, body }) =>
  skipContested(actor, params.roundId, body),
);
