import { getTranslations } from "next-intl/server";
import { requireActor } from "@/app/_server/actor";
import { ApiTokens } from "@/components/people/api-tokens";
import { PasswordForm } from "@/components/people/password-form";
import { Card, PageHeader } from "@/components/ui/surface";
import { permissions } from "@/lib/auth/permissions";
import { listTokens } from "@/lib/auth/tokens";

export default async function SettingsPage() {
  const actor = await requireActor();
  const [tokens, t] = await Promise.all([listTokens(actor), getTranslations("settings")]);
  return (
    <main id="content" className="mx-auto w-full max-w-[1280px] px-4 py-6 sm:px-8">
      <PageHeader title={t("title")} description={t("description", { name: actor.name, email: actor.email })} />
      <div className="flex flex-col gap-6">
        <Card title={t("password")}>
          <PasswordForm />
        </Card>
        <Card title={t("tokens")}>
          <ApiTokens initial={tokens} scopes={["studies.list", ...Object.keys(permissions)]} />
        </Card>
      </div>
    </main>
  );
}
