import { serve } from "@/app/api/serve";
import { archiveBaseCheckpointOperation } from "@/lib/models/api";
import { archiveBaseCheckpoint } from "@/lib/models/checkpoints";

export const DELETE = serve(archiveBaseCheckpointOperation, ({ actor, params }) =>
  archiveBaseCheckpoint(actor, params.checkpointId),
);
