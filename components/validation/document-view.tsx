"use client";

import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useRef } from "react";
import { type Marks, useMarks } from "./highlight/use-marks";

/**
 * The document, large and calm, scrolling by itself. Each new one starts at its beginning and takes the focus, so that
 * arrow keys and page keys scroll it and screen readers read it.
 */
export function DocumentView(props: {
  id: string;
  text: string;
  title: string;
  takeFocus: boolean;
  /** what scrolls and takes the focus */
  region: RefObject<HTMLElement | null>;
  marks: Marks;
}) {
  const t = useTranslations("validation.work");
  const { region } = props;
  const words = useRef<HTMLDivElement>(null);
  useMarks(words, region, props.marks);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new document, not a new text, moves the view
  useEffect(() => {
    if (region.current) region.current.scrollTop = 0;
  }, [props.id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: also for a new document
  useEffect(() => {
    if (props.takeFocus) region.current?.focus({ preventScroll: true });
  }, [props.id, props.takeFocus]);
  return (
    <section
      ref={region}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
      tabIndex={0}
      aria-label={props.title}
      className="min-h-0 flex-1 overflow-y-auto outline-offset-[-1px] focus-visible:outline-1 focus-visible:outline-line-strong"
    >
      <div
        ref={words}
        lang="de"
        className="mx-auto max-w-[72ch] px-4 py-6 font-serif text-document break-words whitespace-pre-wrap sm:px-8"
      >
        {props.text || <span className="font-sans text-muted">{t("erased")}</span>}
      </div>
    </section>
  );
}
