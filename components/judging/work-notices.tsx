"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/surface";
import type { OutboxState } from "@/components/work/outbox";
import { SendingNotices } from "@/components/work/sending-notices";

const refusals = ["not_in_comparison", "pair_not_claimed", "not_found"] as const;

/** What the judge has to do or know about unsent votes; nothing while all is well. */
export function WorkNotices(props: {
  outgoing: OutboxState;
  signedOut: boolean;
  unstorable: boolean;
  onDismissTold: () => void;
}) {
  const t = useTranslations("judging.work");
  return (
    <div className="flex flex-col gap-2 px-4 empty:hidden [&:not(:empty)]:py-2">
      <SendingNotices
        of="votes"
        state={{ ...props.outgoing, refused: [] }}
        signedOut={props.signedOut}
        onDismissTold={props.onDismissTold}
      />
      {props.outgoing.refused.map(({ code, count }) => (
        <Notice
          key={code}
          tone="danger"
          action={
            <Button size="small" onClick={props.onDismissTold}>
              {t("understood")}
            </Button>
          }
        >
          {t(`refused.${refusals.find((one) => one === code) ?? "other"}`, { count })}
        </Notice>
      ))}
      {props.unstorable ? <Notice tone="danger">{t("unstorable")}</Notice> : null}
    </div>
  );
}
