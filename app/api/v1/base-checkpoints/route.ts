import { serve } from "@/app/api/serve";
import { createBaseCheckpointOperation, listBaseCheckpointsOperation } from "@/lib/models/api";
import { createBaseCheckpoint, listBaseCheckpoints } from "@/lib/models/checkpoints";

export const GET = serve(listBaseCheckpointsOperation, async () => ({ checkpoints: await listBaseCheckpoints() }));
export const POST = serve(createBaseCheckpointOperation, ({ actor, body }) => createBaseCheckpoint(actor, body));
