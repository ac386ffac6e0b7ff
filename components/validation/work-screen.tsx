"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/surface";
import { useAnnouncer } from "@/components/work/announcer";
import { SendingNotices } from "@/components/work/sending-notices";
import { useKeys } from "@/components/work/use-keys";
import { assumedSecondsPerDecision } from "@/lib/validation/rules";
import type { DecisionFlag, WorkProgress } from "@/lib/validation/schema";
import type { RoundAddress } from "./decision-outbox";
import { DocumentView } from "./document-view";
import { FlagDialog } from "./flag-dialog";
import { Instructions } from "./instructions";
import { OwnRecordAtEnd } from "./own-record/own-record-at-end";
import { useDocumentTools } from "./use-document-tools";
import { useWorkQueue } from "./use-work-queue";
import { useWorkSet } from "./use-work-set";
import { WorkBody } from "./work-body";
import { WorkFooter } from "./work-footer";
import { WorkHeader } from "./work-header";

/** The clinician's screen: one document, three answers, the next at once. */
export function WorkScreen(props: {
  address: RoundAddress;
  name: string;
  instructions: string;
  /** some documents come a second time */
  repeats: boolean;
  /** of the study; can be highlighted */
  highlightWords: string[];
  progress: WorkProgress;
  /** just now, before the training */
  instructionsRead: boolean;
}) {
  const t = useTranslations("validation.work");
  const labels = useTranslations("validation.labels");
  const flagNames = useTranslations("validation.flags");
  const { studyId, roundId, personId } = props.address;
  const home = `/studies/${studyId}`;
  const work = useWorkQueue(props.address, props.progress);
  const { queue, supply, pace } = work;
  const set = useWorkSet(`set ${roundId} ${personId}`, work.recalled, queue.count, queue.open, pace);
  const [opened, setOpened] = useState<"flags" | "instructions" | null>(
    props.progress.decided === 0 && !props.instructionsRead ? "instructions" : null,
  );
  const { announce, element: announcer } = useAnnouncer();

  const resting = set?.finished && queue.open > 0 ? set : null;
  const document = resting || supply.kind === "stopped" ? null : (work.current ?? null);
  const title = t("document", { number: (set?.done ?? 0) + 1, total: Math.max(set?.total ?? 0, (set?.done ?? 0) + 1) });
  const documentId = document?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each document
  useEffect(() => {
    if (documentId && set) announce(title);
  }, [documentId, set === null]);

  const { region, noting, stopNoting, highlighting, decide, tools, keys } = useDocumentTools({
    document,
    work,
    highlightWords: props.highlightWords,
    announce,
  });
  const openFlags = () => document && setOpened("flags");
  const flag = (flags: DecisionFlag[]) => {
    if (document) work.note({ ...document.draft, flags });
    announce(
      flags.length > 0 ? t("flagged", { flags: flags.map((one) => flagNames(one)).join(", ") }) : t("unflagged"),
    );
    setOpened(null);
  };
  useKeys({ ...keys, f: openFlags, "?": () => setOpened("instructions") }, opened === null);

  return (
    <div className="flex h-full flex-col">
      <WorkHeader
        name={props.name}
        home={home}
        place={set && { ...set, secondsLeft: (set.total - set.done) * (pace ?? assumedSecondsPerDecision) }}
        onInstructions={() => setOpened("instructions")}
      />
      <div className="flex flex-col gap-2 px-4 empty:hidden [&:not(:empty)]:py-2">
        <SendingNotices
          of="decisions"
          state={work.outgoing}
          signedOut={supply.kind === "signed_out"}
          onDismissTold={work.dismissTold}
        />
        {work.unstorable ? <Notice tone="danger">{t("unstorable")}</Notice> : null}
      </div>
      <WorkBody
        resting={resting}
        supply={supply}
        ownCount={t("ownCount", { count: queue.count })}
        open={queue.open}
        home={home}
        onLookAgain={work.lookAgain}
        atEnd={
          <OwnRecordAtEnd
            studyId={studyId}
            roundId={roundId}
            decided={queue.count}
            delivered={work.outgoing.known && work.outgoing.unsent === 0}
          />
        }
      >
        {document ? (
          <DocumentView
            id={document.id}
            text={document.text}
            title={title}
            takeFocus={!noting && opened === null}
            region={region}
            marks={highlighting.marks}
          />
        ) : null}
      </WorkBody>
      <WorkFooter
        document={document}
        noting={noting}
        canUndo={queue.decided.length > 0}
        outgoing={work.outgoing}
        highlighting={highlighting}
        onLeaveSearch={() => region.current?.focus()}
        onDecide={decide}
        onNote={(note) => document && work.note({ ...document.draft, note })}
        onNoted={stopNoting}
        tools={{ ...tools, flag: openFlags }}
      />
      {opened === "flags" && document ? (
        <FlagDialog flags={document.draft.flags} onApply={flag} onClose={() => setOpened(null)} />
      ) : null}
      <Dialog
        open={opened === "instructions"}
        onOpenChange={(open) => !open && setOpened(null)}
        title={t("instructions")}
      >
        <Instructions text={props.instructions} />
        {props.repeats ? <p className="mt-4 text-sm text-muted">{t("repeats")}</p> : null}
        <p className="mt-4 text-sm text-muted pointer-coarse:hidden">
          {t("keys", { medical: labels("medical"), nonMedical: labels("non_medical"), unsure: labels("unsure") })}
        </p>
        <div className="mt-4 flex justify-end">
          <Button variant="primary" onClick={() => setOpened(null)}>
            {t(queue.count === 0 ? "begin" : "back")}
          </Button>
        </div>
      </Dialog>
      {announcer}
    </div>
  );
}
