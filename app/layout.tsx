import "@fontsource-variable/inter";
import "@fontsource-variable/source-serif-4";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { Providers } from "@/components/frame/providers";

export const metadata: Metadata = { title: { default: "DeFineMed Studio", template: "%s · DeFineMed Studio" } };
export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale();
  const theme = (await cookies()).get("theme")?.value ?? "system";
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <html lang={locale} data-theme={theme}>
      <body>
        <Providers locale={locale} nonce={nonce} timeZone={timeZone}>
          <NuqsAdapter>{children}</NuqsAdapter>
        </Providers>
      </body>
    </html>
  );
}
