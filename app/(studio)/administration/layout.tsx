import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { requireAdministrator } from "@/app/_server/actor";
import { administrationPages } from "@/components/frame/administration-pages";
import { PageTabs } from "@/components/frame/page-tabs";

export default async function AdministrationLayout({ children }: { children: ReactNode }) {
  await requireAdministrator();
  const t = await getTranslations("settings");
  return (
    <main id="content" className="mx-auto w-full max-w-[1280px] px-4 py-6 sm:px-8">
      <PageTabs
        label={t("administration")}
        pages={administrationPages.map(({ name, href }) => ({ href, label: t(`administrationPages.${name}`) }))}
      />
      {children}
    </main>
  );
}
