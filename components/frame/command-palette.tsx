"use client";

import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useParams, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { stationNames } from "@/lib/studies/station";

/** Ctrl/⌘ K: every page by name. */
export function CommandPalette(props: { administrator: boolean }) {
  const t = useTranslations("frame");
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
  const places: [string, string][] = [
    [t("studies"), "/"],
    ...(studyId
      ? ([
          [t("home"), `/studies/${studyId}`],
          ...stationNames.map((name) => [t(`stations.${name}`), `/studies/${studyId}/${name}`]),
          [t("runs"), `/studies/${studyId}/runs`],
          [t("people"), `/studies/${studyId}/members`],
          [t("audit"), `/studies/${studyId}/audit`],
        ] as [string, string][])
      : []),
    [t("settings"), "/settings"],
    ...(props.administrator ? ([[t("administration"), "/administration"]] as [string, string][]) : []),
  ];
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
            <Command label={t("search")}>
              <Command.Input
                placeholder={t("searchPlaceholder")}
                className="h-12 w-full border-b border-line bg-transparent px-4 text-lg outline-none"
              />
              <Command.List className="max-h-80 overflow-auto p-2">
                <Command.Empty className="p-3 text-muted">{t("nothingFound")}</Command.Empty>
                {places.map(([label, href]) => (
                  <Command.Item
                    key={href}
                    value={label}
                    onSelect={() => {
                      setOpen(false);
                      router.push(href);
                    }}
                    className="rounded-base px-3 py-2 data-[selected=true]:bg-sunken"
                  >
                    {label}
                  </Command.Item>
                ))}
              </Command.List>
            </Command>
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}
