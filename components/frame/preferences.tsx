"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Select } from "@/components/ui/field";

function remember(name: "locale" | "theme", value: string) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and Safari
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

/** Language and theme. They live in cookies, so that the sign-in page and the server know them too. */
export function Preferences() {
  const t = useTranslations("frame");
  const locale = useLocale();
  const [theme, setTheme] = useState("system");
  useEffect(() => setTheme(document.documentElement.dataset.theme ?? "system"), []);
  return (
    <div className="flex gap-2">
      <Select
        aria-label={t("language")}
        className="h-8 w-auto px-1 text-sm"
        value={locale}
        onChange={(event) => {
          remember("locale", event.target.value);
          window.location.reload();
        }}
      >
        <option value="de">Deutsch</option>
        <option value="en">English</option>
      </Select>
      <Select
        aria-label={t("theme")}
        className="h-8 w-auto px-1 text-sm"
        value={theme}
        onChange={(event) => {
          remember("theme", event.target.value);
          document.documentElement.dataset.theme = event.target.value;
          setTheme(event.target.value);
        }}
      >
        <option value="system">{t("themeSystem")}</option>
        <option value="light">{t("themeLight")}</option>
        <option value="dark">{t("themeDark")}</option>
      </Select>
    </div>
  );
}
