import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { requireActor } from "@/app/_server/actor";
import { CreateStudy } from "@/components/studies/create-study";
import { Badge, EmptyState, PageHeader } from "@/components/ui/surface";
import { mayCreateStudies } from "@/lib/studies/create-study";
import { listStudies } from "@/lib/studies/list-studies";

export default async function StudiesPage() {
  const actor = await requireActor();
  const [studies, mayCreate, t] = await Promise.all([
    listStudies(actor),
    mayCreateStudies(actor),
    getTranslations("studies"),
  ]);
  return (
    <main id="content" className="mx-auto w-full max-w-[1280px] px-4 py-6 sm:px-8">
      <PageHeader title={t("title")} description={t("description")} actions={mayCreate ? <CreateStudy /> : null} />
      {studies.length === 0 ? (
        <EmptyState title={t("none")}>{t(mayCreate ? "noneHint" : "noneHintNotAllowed")}</EmptyState>
      ) : (
        <ul className="grid gap-4 sm:grid-cols-2">
          {studies.map((study) => (
            <li key={study.id}>
              <Link
                href={`/studies/${study.id}`}
                className="flex h-full flex-col gap-2 rounded-base border border-line bg-surface p-4 hover:border-accent"
              >
                <span className="flex items-center justify-between gap-2">
                  <span className="text-lg font-semibold">{study.name}</span>
                  {study.example ? <Badge tone="attention">{t("example")}</Badge> : null}
                </span>
                {study.description ? <span className="text-muted">{study.description}</span> : null}
                <span className="mt-auto text-sm text-muted">
                  {t("yourRole", { role: t(`roles.${study.role}`) })} · {t("members", { count: study.members })}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {mayCreate || studies.length === 0 ? null : <p className="mt-6 text-sm text-muted">{t("createNotAllowed")}</p>}
    </main>
  );
}
