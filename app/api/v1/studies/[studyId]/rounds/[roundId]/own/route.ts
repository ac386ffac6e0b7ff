import { serve } from "@/app/api/serve";
import { readOwnRecordOperation } from "@/lib/validation/api";
import { readOwnRecord } from "@/lib/validation/own-record/read-own-records";

export const GET = serve(readOwnRecordOperation, async ({ actor, params }) => ({
  record: await readOwnRecord(actor, params.roundId),
}));
