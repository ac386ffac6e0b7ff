import { serve } from "@/app/api/serve";
import { listClassifiersOperation, startTrainingOperation } from "@/lib/classifiers/api";
import { listClassifiers } from "@/lib/classifiers/read-classifiers";
import { startTraining } from "@/lib/classifiers/start-training";

export const GET = serve(listClassifiersOperation, async ({ actor }) => ({
  classifiers: await listClassifiers(actor),
}));
export const POST = serve(startTrainingOperation, ({ actor, body }) => startTraining(actor, body));
