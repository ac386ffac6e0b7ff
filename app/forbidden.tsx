import { getTranslations } from "next-intl/server";
import { ButtonLink } from "@/components/ui/button";

export default async function Forbidden() {
  const t = await getTranslations("errors");
  return (
    <main id="content" className="mx-auto flex max-w-xl flex-col items-start gap-4 p-8">
      <h1 className="text-2xl font-semibold">403</h1>
      <p>{t("forbiddenPage")}</p>
      <ButtonLink href="/">{t("toStart")}</ButtonLink>
    </main>
  );
}
