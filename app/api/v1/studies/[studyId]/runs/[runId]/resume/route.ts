import { serve } from "@/app/api/serve";
import { resumeRunOperation } from "@/lib/compute/api";
import { resumeRun } from "@/lib/compute/resume-run";

export const POST = serve(resumeRunOperation, ({ actor, params }) => resumeRun(actor, params.runId));
