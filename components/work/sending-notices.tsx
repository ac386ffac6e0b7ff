"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { Button, ButtonLink } from "@/components/ui/button";
import { Notice } from "@/components/ui/surface";
import type { OutboxState } from "./outbox";

const reasons = ["not_in_round", "item_not_claimed", "own_item", "not_found"] as const;

/** What the person has to do or know about unsent decisions or votes; nothing while all is well. */
export function SendingNotices(props: {
  state: OutboxState;
  signedOut: boolean;
  /** what is sent, so that it is called by its name */
  of: "decisions" | "votes";
  onDismissTold: () => void;
}) {
  const t = useTranslations("validation.sending");
  const votes = useTranslations("judging.work.sending");
  const told = props.of === "votes" ? votes : t;
  const path = usePathname();
  const { state } = props;
  return (
    <>
      {state.state === "signed_out" || props.signedOut ? (
        <Notice
          tone="attention"
          action={
            <ButtonLink size="small" variant="primary" href={`/sign-in?next=${encodeURIComponent(path)}`}>
              {t("signIn")}
            </ButtonLink>
          }
        >
          {told("signedOut", { count: state.unsent })}
        </Notice>
      ) : null}
      {state.state === "other_person" ? (
        <Notice tone="attention">{told("otherPerson", { count: state.unsent })}</Notice>
      ) : null}
      {state.lasting ? null : <Notice tone="attention">{t("notLasting")}</Notice>}
      {state.refused.map(({ code, count }) => (
        <Notice
          key={code}
          tone="danger"
          action={
            <Button size="small" onClick={props.onDismissTold}>
              {t("understood")}
            </Button>
          }
        >
          {t(`refused.${reasons.find((reason) => reason === code) ?? "other"}`, { count })}
        </Notice>
      ))}
      {state.late > 0 ? (
        <div role="status">
          <Notice
            action={
              <Button size="small" onClick={props.onDismissTold}>
                {t("understood")}
              </Button>
            }
          >
            {told("late", { count: state.late })}
          </Notice>
        </div>
      ) : null}
    </>
  );
}
