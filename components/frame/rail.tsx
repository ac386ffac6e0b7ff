"use client";

import { Menu } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { StudySummary } from "@/lib/studies/schema";
import { studyPages } from "./study-pages";

/** The stations in the order of the road. On narrow screens it folds away. */
export function Rail(props: { studyId: string; studyName: string; role: StudySummary["role"] }) {
  const t = useTranslations("frame");
  const path = usePathname();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the sheet
  useEffect(() => setOpen(false), [path]);
  const pages = studyPages(props.studyId, props.role);
  const groups = [
    { label: null, pages: [pages.home] },
    { label: t("road"), pages: pages.road },
    { label: t("study"), pages: pages.study },
  ].filter((group) => group.pages.length > 0);
  return (
    <nav aria-label={props.studyName} className="shrink-0 border-line bg-surface max-lg:border-b lg:w-56 lg:border-r">
      <div className="flex items-center justify-between px-4 py-3 lg:sticky lg:top-12">
        <p className="truncate font-semibold" title={props.studyName}>
          {props.studyName}
        </p>
        <button
          type="button"
          className="rounded-base p-1 hover:bg-sunken lg:hidden"
          aria-expanded={open}
          aria-label={t("menu")}
          onClick={() => setOpen(!open)}
        >
          <Menu size={20} aria-hidden />
        </button>
      </div>
      <div className={`px-2 pb-4 lg:sticky lg:top-24 lg:block ${open ? "" : "max-lg:hidden"}`}>
        {groups.map((group) => (
          <div key={group.label ?? "home"} className="mb-3">
            {group.label ? <p className="px-2 py-1 text-xs text-muted">{group.label}</p> : null}
            <ul>
              {group.pages.map(({ href, label }) => {
                const current = path === href || (href !== pages.home.href && path.startsWith(`${href}/`));
                return (
                  <li key={href}>
                    <Link
                      href={href}
                      aria-current={current ? "page" : undefined}
                      className="flex h-8 items-center rounded-base px-2 hover:bg-sunken aria-[current]:bg-accent-soft aria-[current]:font-semibold aria-[current]:text-accent"
                    >
                      {t(label)}
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}
