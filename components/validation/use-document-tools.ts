import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import type { DecisionLabel } from "@/lib/validation/schema";
import { useHighlighting } from "./highlight/use-highlighting";

type Draft = { note: string; highlighted: boolean };

/** What can be done with the document on the screen, by button and by key: for those who decide and those who adjudicate. */
export function useDocumentTools<D extends Draft>(options: {
  document: { id: string; text: string; draft: D } | null;
  work: {
    decide: (label: DecisionLabel) => void;
    undo: () => boolean;
    skip: () => Promise<void>;
    note: (draft: D) => void;
  };
  highlightWords: string[];
  announce: (sentence: string) => void;
}) {
  const { document, work, announce } = options;
  const t = useTranslations("validation.work");
  const [noting, setNoting] = useState(false);
  const region = useRef<HTMLElement>(null);
  const stopNoting = () => setNoting(false);
  const highlighting = useHighlighting({
    document,
    words: options.highlightWords,
    onShown: () => document && work.note({ ...document.draft, highlighted: true }),
    announce,
  });
  const decide = (label: DecisionLabel) => {
    stopNoting();
    if (document) work.decide(label);
  };
  const tools = {
    undo: () => {
      stopNoting();
      announce(work.undo() ? t("undone") : t("nothingToUndo"));
    },
    skip: () => {
      if (!document) return;
      stopNoting();
      announce(t("skipped"));
      void work.skip();
    },
    note: () => document && setNoting(true),
    highlight: highlighting.toggle,
  };
  return {
    region,
    noting,
    stopNoting,
    highlighting,
    decide,
    tools,
    keys: {
      m: () => decide("medical"),
      n: () => decide("non_medical"),
      u: () => decide("unsure"),
      z: tools.undo,
      s: tools.skip,
      h: tools.highlight,
      "/": tools.note,
    },
  };
}
