import { getTranslations } from "next-intl/server";
import { JoinForm } from "@/components/people/join-form";
import { ButtonLink } from "@/components/ui/button";
import { Notice } from "@/components/ui/surface";
import { readInvitation } from "@/lib/studies/invitations";

/** Where an invitation's link leads. */
export default async function JoinPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const { token = "" } = await searchParams;
  const t = await getTranslations("people");
  const invitation = typeof token === "string" && token.length >= 20 ? await readInvitation(token) : null;
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 p-6">
      <h1 className="text-2xl font-semibold">{t("join")}</h1>
      {invitation ? (
        <>
          <p>{t("joinStudy", { study: invitation.study, email: invitation.email })}</p>
          <JoinForm token={token} email={invitation.email} />
        </>
      ) : (
        <>
          <Notice tone="attention">{t("joinInvalid")}</Notice>
          <ButtonLink href="/sign-in">{t("toSignIn")}</ButtonLink>
        </>
      )}
    </main>
  );
}
