import { serve } from "@/app/api/serve";
import { releaseContestedOperation } from "@/lib/validation/adjudication/api";
import { releaseContested } from "@/lib/validation/adjudication/release-contested";

export const POST = serve(releaseContestedOperation, ({ actor, params, body }) =>
  releaseContested(actor, params.roundId, body),
);
