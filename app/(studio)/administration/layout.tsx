import Link from "next/link";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { requireAdministrator } from "@/app/_server/actor";

export default async function AdministrationLayout({ children }: { children: ReactNode }) {
  await requireAdministrator();
  const t = await getTranslations("settings");
  return (
    <main id="content" className="mx-auto w-full max-w-[1280px] px-4 py-6 sm:px-8">
      <nav aria-label={t("administration")} className="mb-6 flex flex-wrap gap-4 border-b border-line pb-2">
        {(["people", "backends", "endpoints", "checkpoints"] as const).map((name) => (
          <Link key={name} href={`/administration/${name}`} className="font-semibold text-accent hover:underline">
            {t(`administrationPages.${name}`)}
          </Link>
        ))}
      </nav>
      {children}
    </main>
  );
}
