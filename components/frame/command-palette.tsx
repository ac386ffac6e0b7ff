"use client";

import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useParams, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { call } from "@/lib/platform/http/call";
import { listStudiesOperation } from "@/lib/studies/api";
import { administrationPages } from "./administration-pages";
import { studyPages } from "./study-pages";

/** Ctrl/⌘ K: every page that one may open, by name. */
export function CommandPalette(props: { administrator: boolean }) {
  const t = useTranslations("frame");
  const tSettings = useTranslations("settings");
  const router = useRouter();
  const { studyId } = useParams<{ studyId?: string }>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((value) => !value);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  const { data: studies = [], isPending } = useQuery({
    queryKey: ["studies"],
    queryFn: async () => (await call(listStudiesOperation, {})).studies,
    enabled: open,
  });
  const here = studies.find((study) => study.id === studyId);
  const pages = here ? studyPages(here.id, here.role) : null;
  const groups = [
    {
      name: "study",
      heading: here?.name ?? "",
      places: pages
        ? [pages.home, ...pages.road, ...pages.study].map(({ href, label }) => ({ href, label: t(label) }))
        : [],
    },
    {
      name: "studies",
      heading: t("studies"),
      places: [
        { href: "/", label: t("allStudies") },
        ...studies
          .filter((study) => study !== here)
          .map((study) => ({ href: `/studies/${study.id}`, label: study.name })),
      ],
    },
    {
      name: "administration",
      heading: t("administration"),
      places: props.administrator
        ? administrationPages.map(({ name, href }) => ({ href, label: tSettings(`administrationPages.${name}`) }))
        : [],
    },
    {
      name: "account",
      heading: t("account"),
      places: [
        { href: "/settings", label: t("settings") },
        { href: "/api-reference", label: t("apiReference") },
      ],
    },
  ].filter((group) => group.places.length > 0);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-8 items-center gap-2 rounded-base border border-line-strong px-2 text-sm text-muted hover:bg-sunken"
      >
        <Search size={14} aria-hidden />
        <span className="max-sm:sr-only">{t("search")}</span>
        <kbd className="max-sm:hidden">Ctrl K</kbd>
      </button>
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed top-24 left-1/2 z-50 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 rounded-base border border-line bg-surface shadow-xl"
          >
            <Dialog.Title className="sr-only">{t("search")}</Dialog.Title>
            <Command label={t("search")} filter={matches}>
              <Command.Input
                placeholder={t("searchPlaceholder")}
                className="h-12 w-full border-b border-line bg-transparent px-4 text-lg outline-none"
              />
              <Command.List className="max-h-80 overflow-auto p-2">
                {/* All at once, or the first would not be the one that is selected. */}
                {isPending ? null : <Command.Empty className="p-3 text-muted">{t("nothingFound")}</Command.Empty>}
                {(isPending ? [] : groups).map(({ name, heading, places }) => (
                  <Command.Group
                    key={name}
                    heading={heading}
                    className="[&_[cmdk-group-heading]]:truncate [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
                  >
                    {places.map(({ href, label }) => (
                      <Command.Item
                        key={href}
                        value={href}
                        keywords={[heading, label]}
                        onSelect={() => {
                          setOpen(false);
                          router.push(href);
                        }}
                        className="rounded-base px-3 py-2 data-[selected=true]:bg-sunken"
                      >
                        {label}
                      </Command.Item>
                    ))}
                  </Command.Group>
                ))}
              </Command.List>
            </Command>
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}

/** By the words on the screen, not by the address. */
function matches(_address: string, search: string, words: string[] = []): number {
  return words.join(" ").toLocaleLowerCase().includes(search.trim().toLocaleLowerCase()) ? 1 : 0;
}
