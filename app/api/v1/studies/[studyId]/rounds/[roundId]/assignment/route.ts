import { serve } from "@/app/api/serve";
import { readAssignmentOperation } from "@/lib/validation/api";
import { verifyAssignment } from "@/lib/validation/verify-assignment";

export const GET = serve(readAssignmentOperation, ({ actor, params }) => verifyAssignment(actor, params.roundId));
