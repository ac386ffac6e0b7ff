import { serve } from "@/app/api/serve";
import { deleteFailedCorpusOperation, readCorpusOperation } from "@/lib/corpus/api";
import { deleteFailedCorpus } from "@/lib/corpus/delete-failed-corpus";
import { readCorpus } from "@/lib/corpus/read-corpora";

export const GET = serve(readCorpusOperation, ({ actor, params }) => readCorpus(actor, params.corpusId));
export const DELETE = serve(deleteFailedCorpusOperation, ({ actor, params }) =>
  deleteFailedCorpus(actor, params.corpusId),
);
