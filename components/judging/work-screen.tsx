"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { WorkHeader } from "@/components/validation/work-header";
import { useAnnouncer } from "@/components/work/announcer";
import { useKeys } from "@/components/work/use-keys";
import type { VoteOutcome } from "@/lib/judging/schema";
import { usePairs } from "./use-pairs";
import { choices } from "./vote-bar";
import type { ComparisonAddress } from "./vote-outbox";
import { WorkBody } from "./work-body";
import { WorkFooter } from "./work-footer";
import { WorkNotices } from "./work-notices";

/** The judge's screen: a prompt, two answers without names, one vote, the next at once. */
export function WorkScreen(props: {
  address: ComparisonAddress;
  name: string;
  progress: { decided: number; open: number };
}) {
  const t = useTranslations("judging.work");
  const home = `/studies/${props.address.studyId}`;
  const work = usePairs(props.address, props.progress);
  const { queue, supply } = work;
  const [helping, setHelping] = useState(props.progress.decided === 0);
  const [noting, setNoting] = useState(false);
  const { announce, element: announcer } = useAnnouncer();

  const pair = supply.kind === "stopped" ? null : (work.current ?? null);
  const total = queue.count + Math.max(queue.open, pair ? 1 : 0);
  const title = t("place", { number: queue.count + 1, total });
  const pairId = pair?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once for each pair
  useEffect(() => {
    if (pairId) announce(title);
  }, [pairId]);

  const vote = (outcome: VoteOutcome) => {
    setNoting(false);
    if (pair) work.decide(outcome);
  };
  const undo = () => {
    setNoting(false);
    announce(work.undo() ? t("undone") : t("nothingToUndo"));
  };
  useKeys(
    {
      ...Object.fromEntries(choices.map(({ key, outcome }) => [key, () => vote(outcome)])),
      z: undo,
      "/": () => pair && setNoting(true),
      "?": () => setHelping(true),
    },
    !helping,
  );

  return (
    <div className="flex h-full flex-col">
      <WorkHeader
        name={props.name}
        home={home}
        place={{ done: queue.count, total, secondsLeft: 0 }}
        onInstructions={() => setHelping(true)}
      />
      <WorkNotices
        outgoing={work.outgoing}
        signedOut={supply.kind === "signed_out"}
        unstorable={work.unstorable}
        onDismissTold={work.dismissTold}
      />
      <WorkBody
        pair={pair}
        title={title}
        takeFocus={!noting && !helping}
        supply={supply}
        count={queue.count}
        home={home}
        onLookAgain={work.lookAgain}
      />
      <WorkFooter
        pair={pair}
        noting={noting}
        canUndo={queue.decided.length > 0}
        outgoing={work.outgoing}
        onVote={vote}
        onDraft={work.note}
        onNoting={setNoting}
        onUndo={undo}
      />
      <Dialog open={helping} onOpenChange={setHelping} title={t("help")} description={t("helpText")}>
        <p className="text-sm text-muted pointer-coarse:hidden">{t("keys")}</p>
        <div className="mt-4 flex justify-end">
          <Button variant="primary" onClick={() => setHelping(false)}>
            {t("begin")}
          </Button>
        </div>
      </Dialog>
      {announcer}
    </div>
  );
}
