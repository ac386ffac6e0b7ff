"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { NextIntlClientProvider } from "next-intl";
import { type ReactNode, useState } from "react";
import { CallError } from "@/lib/platform/http/call";
import type { Locale } from "@/lib/platform/i18n/locale";
import { messagesOf } from "@/messages";

/** The sentences come with the cached script, not with each page. */
export function Providers(props: { locale: Locale; nonce?: string; timeZone: string; children: ReactNode }) {
  // Dialogs that keep the page behind them still add a style element; the policy wants it to carry the nonce. That of the
  // first answer: it came with the policy, those of later ones within the page did not.
  useState(() => props.nonce && setNonce(props.nonce));
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: 2_000,
            // A refusal stays a refusal; only a lost connection or a fault of ours is worth another try.
            retry: (count, error) =>
              count < 2 && (!(error instanceof CallError) || error.status === 0 || error.status >= 500),
          },
        },
      }),
  );
  return (
    <NextIntlClientProvider locale={props.locale} messages={messagesOf(props.locale)} timeZone={props.timeZone}>
      <QueryClientProvider client={client}>{props.children}</QueryClientProvider>
    </NextIntlClientProvider>
  );
}
