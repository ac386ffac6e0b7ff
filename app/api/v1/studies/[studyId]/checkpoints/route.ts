import { serve } from "@/app/api/serve";
import { listCheckpointsOperation } from "@/lib/models/api";
import { listCheckpoints } from "@/lib/models/checkpoints";
import { checkpointKinds } from "@/lib/models/schema";

export const GET = serve(listCheckpointsOperation, async ({ actor, query }) => ({
  checkpoints: await listCheckpoints(actor, query.kind ? [query.kind] : [...checkpointKinds]),
}));
