import { getTranslations } from "next-intl/server";
import { ButtonLink } from "@/components/ui/button";

export default async function NotFound() {
  const t = await getTranslations("errors");
  return (
    <main id="content" className="mx-auto flex max-w-xl flex-col items-start gap-4 p-8">
      <h1 className="text-2xl font-semibold">404</h1>
      <p>{t("not_found")}</p>
      <ButtonLink href="/">{t("toStart")}</ButtonLink>
    </main>
  );
}
