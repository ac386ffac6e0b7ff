import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { currentActor } from "@/app/_server/actor";
import { InvitedAnother } from "@/components/people/invited-another";
import { JoinForm } from "@/components/people/join-form";
import { JoinStudy } from "@/components/people/join-study";
import { ButtonLink } from "@/components/ui/button";
import { Notice } from "@/components/ui/surface";
import { readInvitation } from "@/lib/studies/invitations";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("join") };
}

/** Where an invitation's link leads. */
export default async function JoinPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const { token = "" } = await searchParams;
  const t = await getTranslations("people");
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 p-6">
      <h1 className="text-2xl font-semibold">{t("join")}</h1>
      {await stepOf(typeof token === "string" ? token : "")}
    </main>
  );
}

/** What the link asks of whoever opens it. */
async function stepOf(token: string): Promise<ReactNode> {
  const t = await getTranslations("people");
  const invitation = token.length >= 20 ? await readInvitation(token) : null;
  if (!invitation) {
    return (
      <>
        <Notice tone="attention">{t("joinInvalid")}</Notice>
        <ButtonLink href="/sign-in">{t("toSignIn")}</ButtonLink>
      </>
    );
  }
  const { email, study, studyId, standing } = invitation;
  const actor = await currentActor();
  const link = `/join?token=${encodeURIComponent(token)}`;
  if (actor && actor.email === email && standing === "member") {
    return (
      <>
        <Notice>{t("joinMember", { study })}</Notice>
        <ButtonLink href={`/studies/${studyId}`} variant="primary">
          {t("toStudy")}
        </ButtonLink>
      </>
    );
  }
  const invited = <p className="wrap-anywhere">{t("joinStudy", { study, email })}</p>;
  if (actor) {
    return (
      <>
        {invited}
        {actor.email === email ? (
          <JoinStudy token={token} />
        ) : (
          <InvitedAnother personId={actor.personId} own={actor.email} invited={email} link={link} />
        )}
      </>
    );
  }
  if (standing === "new") {
    return (
      <>
        {invited}
        <JoinForm token={token} email={email} />
      </>
    );
  }
  return (
    <>
      {invited}
      <p>{t("joinAccount")}</p>
      <ButtonLink href={`/sign-in?next=${encodeURIComponent(link)}`} variant="primary">
        {t("toSignIn")}
      </ButtonLink>
      <p className="text-sm text-muted">{t("joinAccountUnknown")}</p>
    </>
  );
}
