"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/surface";
import { useAnnouncer } from "@/components/work/announcer";
import { SendingNotices } from "@/components/work/sending-notices";
import { SendingSign } from "@/components/work/sending-sign";
import { useKeys } from "@/components/work/use-keys";
import type { AdjudicationProgress } from "@/lib/validation/adjudication/schema";
import type { DecisionLabel } from "@/lib/validation/schema";
import { DecisionBar } from "../decision-bar";
import type { RoundAddress } from "../decision-outbox";
import { DocumentView } from "../document-view";
import { HighlightBar } from "../highlight/highlight-bar";
import { useHighlighting } from "../highlight/use-highlighting";
import { Instructions } from "../instructions";
import { NoteField } from "../note-field";
import { ToolBar } from "../tool-bar";
import { WorkBody } from "../work-body";
import { WorkHeader } from "../work-header";
import { useContested } from "./use-contested";
import { WhatWasDecided } from "./what-was-decided";

/** One contested document with what people decided on it; what the adjudicator says counts. */
export function AdjudicationScreen(props: {
  address: RoundAddress;
  name: string;
  instructions: string;
  /** of the study; can be highlighted */
  highlightWords: string[];
  progress: AdjudicationProgress;
}) {
  const t = useTranslations("validation.adjudication");
  const work = useTranslations("validation.work");
  const labels = useTranslations("validation.labels");
  const home = `/studies/${props.address.studyId}`;
  const contested = useContested(props.address, props.progress);
  const { queue, supply } = contested;
  const [helping, setHelping] = useState(props.progress.decided === 0 && props.progress.open > 0);
  const [noting, setNoting] = useState(false);
  const { announce, element: announcer } = useAnnouncer();

  const document = supply.kind === "stopped" ? null : (contested.current ?? null);
  const total = queue.count + Math.max(queue.open, document ? 1 : 0);
  const title = t("document", { number: queue.count + 1, total });
  const documentId = document?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each document
  useEffect(() => {
    if (documentId) announce(title);
  }, [documentId]);

  const region = useRef<HTMLElement>(null);
  const highlighting = useHighlighting({
    document,
    words: props.highlightWords,
    onShown: () => document && contested.note({ ...document.draft, highlighted: true }),
    announce,
  });

  const decide = (label: DecisionLabel) => {
    setNoting(false);
    if (document) contested.decide(label);
  };
  const tools = {
    undo: () => {
      setNoting(false);
      announce(contested.undo() ? t("undone") : work("nothingToUndo"));
    },
    skip: () => {
      if (!document) return;
      setNoting(false);
      announce(work("skipped"));
      void contested.skip();
    },
    note: () => document && setNoting(true),
    highlight: highlighting.toggle,
  };
  useKeys(
    {
      m: () => decide("medical"),
      n: () => decide("non_medical"),
      u: () => decide("unsure"),
      z: tools.undo,
      s: tools.skip,
      h: tools.highlight,
      "/": tools.note,
      "?": () => setHelping(true),
    },
    !helping,
  );

  return (
    <div className="flex h-full flex-col">
      <WorkHeader
        name={`${t("title")}: ${props.name}`}
        home={home}
        place={{ done: queue.count, total, secondsLeft: 0 }}
        onInstructions={() => setHelping(true)}
      />
      <div className="flex flex-col gap-2 px-4 empty:hidden [&:not(:empty)]:py-2">
        <SendingNotices
          of="decisions"
          state={contested.outgoing}
          signedOut={supply.kind === "signed_out"}
          onDismissRefused={contested.dismissRefused}
        />
        {contested.unstorable ? <Notice tone="danger">{work("unstorable")}</Notice> : null}
      </div>
      <WorkBody
        resting={null}
        supply={supply}
        ownCount={t("ownCount", { count: queue.count })}
        open={queue.open}
        home={home}
        onLookAgain={contested.lookAgain}
      >
        {document ? (
          <>
            <WhatWasDecided decisions={document.decisions} />
            <DocumentView
              id={document.id}
              text={document.text}
              title={title}
              takeFocus={!noting && !helping}
              region={region}
              marks={highlighting.marks}
            />
          </>
        ) : null}
      </WorkBody>
      <footer className="border-t border-line bg-surface px-3 py-2 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-6 sm:py-3">
        <div className="mx-auto flex max-w-[72ch] flex-col gap-2">
          {highlighting.on && document ? (
            <HighlightBar highlighting={highlighting} onLeave={() => region.current?.focus()} />
          ) : null}
          {document && noting ? (
            <NoteField
              note={document.draft.note}
              onChange={(note) => contested.note({ ...document.draft, note })}
              onDone={() => setNoting(false)}
            />
          ) : null}
          {document?.draft.note && !noting ? (
            <p className="truncate text-sm text-muted">{document.draft.note}</p>
          ) : null}
          {document ? <DecisionBar onDecide={decide} unsure={t("cannotSettle")} /> : null}
          <ToolBar
            actions={tools}
            disabled={{ undo: queue.decided.length === 0, skip: !document, note: !document }}
            pressed={{ note: (document?.draft.note ?? "") !== "", highlight: highlighting.on }}
          >
            <SendingSign state={contested.outgoing} />
          </ToolBar>
        </div>
      </footer>
      <Dialog open={helping} onOpenChange={setHelping} title={t("title")}>
        <p>{t("help")}</p>
        <h3 className="mt-4 font-semibold">{t("instructions")}</h3>
        <Instructions text={props.instructions} />
        <p className="mt-4 text-sm text-muted pointer-coarse:hidden">
          {t("keys", { medical: labels("medical"), nonMedical: labels("non_medical") })}
        </p>
        <div className="mt-4 flex justify-end">
          <Button variant="primary" onClick={() => setHelping(false)}>
            {work(queue.count === 0 ? "begin" : "back")}
          </Button>
        </div>
      </Dialog>
      {announcer}
    </div>
  );
}
