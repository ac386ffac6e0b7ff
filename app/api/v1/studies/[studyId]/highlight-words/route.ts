import { serve } from "@/app/api/serve";
import { changeHighlightWordsOperation, readHighlightWordsOperation } from "@/lib/validation/api";
import { changeHighlightWords, readHighlightWords } from "@/lib/validation/highlight/change-highlight-words";

export const GET = serve(readHighlightWordsOperation, ({ actor }) => readHighlightWords(actor));
export const PUT = serve(changeHighlightWordsOperation, ({ actor, body }) => changeHighlightWords(actor, body));
