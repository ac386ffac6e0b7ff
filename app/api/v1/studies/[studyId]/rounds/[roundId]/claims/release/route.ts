import { serve } from "@/app/api/serve";
import { releaseClaimsOperation } from "@/lib/validation/api";
import { releaseClaims } from "@/lib/validation/release-claims";

export const POST = serve(releaseClaimsOperation, ({ actor, params, body }) =>
  releaseClaims(actor, params.roundId, body),
);
