"use client";

import { useTranslations } from "next-intl";
import { useSignOut } from "@/components/frame/sign-out";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/surface";

/** For whoever is signed in to another account than the one that is invited: signs out, and comes back to the link. */
export function InvitedAnother(props: { personId: string; own: string; invited: string; link: string }) {
  const t = useTranslations("people");
  const { begin, dialog } = useSignOut(props.personId, props.link);
  return (
    <>
      <Notice tone="attention">{t("joinAnother", { invited: props.invited, own: props.own })}</Notice>
      <Button variant="primary" onClick={begin}>
        {t("joinSignOut")}
      </Button>
      {dialog}
    </>
  );
}
