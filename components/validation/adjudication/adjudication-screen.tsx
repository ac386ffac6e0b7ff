"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/surface";
import { useAnnouncer } from "@/components/work/announcer";
import { SendingNotices } from "@/components/work/sending-notices";
import { useKeys } from "@/components/work/use-keys";
import type { AdjudicationProgress } from "@/lib/validation/adjudication/schema";
import type { RoundAddress } from "../decision-outbox";
import { DocumentView } from "../document-view";
import { Instructions } from "../instructions";
import { useDocumentTools } from "../use-document-tools";
import { WorkBody } from "../work-body";
import { WorkFooter } from "../work-footer";
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
  const { announce, element: announcer } = useAnnouncer();

  const document = supply.kind === "stopped" ? null : (contested.current ?? null);
  const total = queue.count + Math.max(queue.open, document ? 1 : 0);
  const title = t("document", { number: queue.count + 1, total });
  const documentId = document?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each document
  useEffect(() => {
    if (documentId) announce(title);
  }, [documentId]);

  const { region, noting, stopNoting, highlighting, decide, tools, keys } = useDocumentTools({
    document,
    work: contested,
    highlightWords: props.highlightWords,
    announce,
  });
  useKeys({ ...keys, "?": () => setHelping(true) }, !helping);

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
          onDismissTold={contested.dismissTold}
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
      <WorkFooter
        document={document}
        noting={noting}
        canUndo={queue.decided.length > 0}
        outgoing={contested.outgoing}
        highlighting={highlighting}
        onLeaveSearch={() => region.current?.focus()}
        onDecide={decide}
        onNote={(note) => document && contested.note({ ...document.draft, note })}
        onNoted={stopNoting}
        tools={tools}
        unsure={t("cannotSettle")}
      />
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
