import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { currentActor } from "@/app/_server/actor";
import { Preferences } from "@/components/frame/preferences";
import { SignInForm } from "@/components/frame/sign-in-form";
import { Notice } from "@/components/ui/surface";
import { hasAdministrator } from "@/lib/auth/make-administrator";
import { environment } from "@/lib/platform/environment";
import { safeNext } from "./safe-next";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("signIn") };
}

export default async function SignInPage(props: { searchParams: Promise<Record<string, unknown>> }) {
  const { next, error } = await props.searchParams;
  if (await currentActor()) redirect(safeNext(next));
  const t = await getTranslations("auth");
  const { openIdConnect, mode } = environment();
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 p-6">
      <div>
        <p className="text-sm font-semibold text-accent">DeFineMed Studio</p>
        <h1 className="mt-1 text-2xl font-semibold">{t("signIn")}</h1>
        <p className="mt-2 text-muted">{t("purpose")}</p>
      </div>
      {(await hasAdministrator()) ? null : (
        <Notice tone="attention" title={t("noAdministrator")}>
          <p>{t("noAdministratorHint")}</p>
          <code className="mt-1 block wrap-anywhere">npm run start -- administrator EMAIL</code>
        </Notice>
      )}
      <SignInForm
        next={safeNext(next)}
        error={typeof error === "string" ? error : null}
        openIdConnectName={openIdConnect?.name ?? null}
        demo={mode === "demo"}
      />
      <Preferences />
    </main>
  );
}
