"use client";

import { CircleUserRound } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { DropdownMenu } from "radix-ui";
import { CommandPalette } from "./command-palette";
import { Preferences } from "./preferences";
import { useSignOut } from "./sign-out";

const item = "flex h-9 items-center rounded-base px-3 outline-none data-highlighted:bg-sunken";

export function TopBar(props: { personId: string; name: string; administrator: boolean }) {
  const t = useTranslations("frame");
  const { begin: signOut, dialog } = useSignOut(props.personId);
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-3 border-b border-line bg-surface px-4">
      <a
        href="#content"
        className="sr-only rounded-base bg-surface px-3 py-1 focus:not-sr-only focus:absolute focus:z-50"
      >
        {t("skipToContent")}
      </a>
      <Link href="/" className="font-semibold whitespace-nowrap text-accent">
        DeFineMed <span className="max-sm:sr-only">Studio</span>
      </Link>
      <div className="flex-1" />
      <CommandPalette administrator={props.administrator} />
      <div className="max-sm:hidden">
        <Preferences />
      </div>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger
          className="flex h-8 items-center gap-2 rounded-base px-2 hover:bg-sunken"
          aria-label={t("accountMenu", { name: props.name })}
        >
          <CircleUserRound size={18} aria-hidden />
          <span className="max-w-40 truncate max-md:sr-only">{props.name}</span>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={6}
            className="z-50 min-w-56 rounded-base border border-line bg-surface p-1 shadow-lg"
          >
            <div className="p-2 sm:hidden">
              <Preferences />
            </div>
            <DropdownMenu.Item asChild className={item}>
              <Link href="/settings">{t("settings")}</Link>
            </DropdownMenu.Item>
            {props.administrator ? (
              <DropdownMenu.Item asChild className={item}>
                <Link href="/administration">{t("administration")}</Link>
              </DropdownMenu.Item>
            ) : null}
            <DropdownMenu.Item asChild className={item}>
              <a href="/api-reference">{t("apiReference")}</a>
            </DropdownMenu.Item>
            <DropdownMenu.Item className={item} onSelect={signOut}>
              {t("signOut")}
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {dialog}
    </header>
  );
}
