import { getFormatter, getTranslations } from "next-intl/server";
import { requireActor } from "@/app/_server/actor";
import { ApiTokens } from "@/components/people/api-tokens";
import { PasswordForm } from "@/components/people/password-form";
import { Card, Notice, PageHeader } from "@/components/ui/surface";
import { readSignIn } from "@/lib/auth/external-identity";
import { permissions } from "@/lib/auth/permissions";
import { listTokens } from "@/lib/auth/tokens";
import { environment } from "@/lib/platform/environment";

export default async function SettingsPage() {
  const actor = await requireActor();
  const [tokens, signIn, t, format] = await Promise.all([
    listTokens(actor),
    readSignIn(actor),
    getTranslations("settings"),
    getFormatter(),
  ]);
  const name = environment().openIdConnect?.name ?? "OpenID Connect";
  return (
    <main id="content" className="mx-auto w-full max-w-[1280px] px-4 py-6 sm:px-8">
      <PageHeader title={t("title")} description={t("description", { name: actor.name, email: actor.email })} />
      <div className="flex flex-col gap-6">
        <Card title={t("password")}>
          <div className="flex flex-col gap-4">
            {signIn.endedAt ? (
              <Notice tone="attention">
                {t("tied", { name, date: format.dateTime(signIn.endedAt, { dateStyle: "long" }) })}
              </Notice>
            ) : null}
            {signIn.password ? <PasswordForm /> : <p className="text-muted">{t("noPassword", { name })}</p>}
          </div>
        </Card>
        <Card title={t("tokens")}>
          <ApiTokens initial={tokens} scopes={["studies.list", ...Object.keys(permissions)]} />
        </Card>
      </div>
    </main>
  );
}
