import { serve } from "@/app/api/serve";
import { readCheckpointOperation } from "@/lib/models/api";
import { readCheckpoint } from "@/lib/models/checkpoints";

export const GET = serve(readCheckpointOperation, ({ actor, params }) => readCheckpoint(actor, params.checkpointId));
