"use client";

import { useMutation } from "@tanstack/react-query";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/surface";
import type { Counts } from "@/components/work/left-behind";
import { countAllUnsent, forgetAllRefused, sendAllLeft } from "./send-left";
import { ToldNotices } from "./told-notices";

const nothing: Counts = { decisions: 0, votes: 0 };
const total = ({ decisions, votes }: Counts) => decisions + votes;

/** Signs out; where this device holds what the person has decided and the server does not have, it asks first. */
export function useSignOut(personId: string, leadsTo = "/sign-in") {
  const [unsent, setUnsent] = useState<Counts | null>(null);
  const leave = useMutation({
    networkMode: "always",
    mutationFn: () => signOut({ callbackUrl: leadsTo }),
    // Whoever believes to be signed out and is not must be told.
    onError: () => setUnsent((before) => before ?? nothing),
  });
  const begin = async () => {
    // What cannot be read keeps nobody signed in.
    const left = await countAllUnsent(personId).catch(() => nothing);
    if (total(left) > 0) setUnsent(left);
    else leave.mutate();
  };
  const dialog = unsent ? (
    <SignOutDialog
      personId={personId}
      found={unsent}
      leaving={leave.isPending || leave.isSuccess}
      failed={leave.isError}
      onLeave={() => leave.mutate()}
      onStay={() => {
        leave.reset();
        setUnsent(null);
      }}
    />
  ) : null;
  return { begin: () => void begin(), dialog };
}

function SignOutDialog(props: {
  personId: string;
  found: Counts;
  leaving: boolean;
  /** the server did not answer */
  failed: boolean;
  onLeave: () => void;
  onStay: () => void;
}) {
  const t = useTranslations("frame.signOutDialog");
  const send = useMutation({ networkMode: "always", mutationFn: () => sendAllLeft(props.personId) });
  const unsent = send.data?.unsent ?? props.found;
  const [read, setRead] = useState(false);
  const dismiss = () => {
    setRead(true);
    void forgetAllRefused(props.personId);
  };
  const trouble = send.data && total(unsent) > 0 ? send.data.trouble : null;
  const nothingLeft = total(unsent) === 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onStay()}
      title={t(nothingLeft ? (send.data ? "allSent" : "title") : "unsent")}
      description={nothingLeft ? undefined : t("left", unsent)}
    >
      <div className="flex flex-col gap-3">
        {nothingLeft ? null : <p>{t("stays")}</p>}
        <div role="status" className="flex flex-col gap-3 empty:hidden">
          {trouble ? <Notice tone="attention">{t(`trouble.${trouble}`)}</Notice> : null}
          {send.isError ? <Notice tone="attention">{t("trouble.idle")}</Notice> : null}
          {send.data && !read ? (
            <ToldNotices refused={send.data.refused} late={send.data.late} onDismiss={dismiss} />
          ) : null}
          {props.failed ? <Notice tone="danger">{t("failed")}</Notice> : null}
        </div>
        <div className="mt-2 flex flex-wrap justify-end gap-2">
          <Button onClick={props.onStay}>{t("stay")}</Button>
          {nothingLeft ? null : (
            <>
              <Button variant="danger" busy={props.leaving} onClick={props.onLeave}>
                {t("leaveAnyway")}
              </Button>
              <Button variant="primary" autoFocus busy={send.isPending} onClick={() => send.mutate()}>
                {t("send")}
              </Button>
            </>
          )}
          {nothingLeft ? (
            <Button variant="primary" busy={props.leaving} onClick={props.onLeave}>
              {t("leave")}
            </Button>
          ) : null}
        </div>
      </div>
    </Dialog>
  );
}
