"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";

/** In place of a document: a set is done, nothing is left, the round is closed. Takes the focus, so that it is read. */
export function WorkRest(props: { title: string; children?: ReactNode; actions: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const t = useTranslations("validation.work");
  useEffect(() => heading.current?.focus(), []);
  return (
    <section aria-label={t("pause")} className="flex min-h-0 flex-1 items-center justify-center overflow-y-auto p-6">
      <div className="flex max-w-[60ch] flex-col items-start gap-4">
        <h2 ref={heading} tabIndex={-1} className="text-2xl font-semibold outline-none">
          {props.title}
        </h2>
        <div className="flex flex-col gap-2 text-lg text-muted">{props.children}</div>
        <div className="mt-2 flex flex-wrap gap-3">{props.actions}</div>
      </div>
    </section>
  );
}
