"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

export default function ErrorPage(props: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("errors");
  return (
    <main id="content" className="mx-auto flex max-w-xl flex-col items-start gap-4 p-8">
      <h1 className="text-2xl font-semibold">{t("errorPage")}</h1>
      <p>{t("unexpected", { id: props.error.digest ?? "–" })}</p>
      <Button onClick={props.reset}>{t("reload")}</Button>
    </main>
  );
}
