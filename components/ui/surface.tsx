import type { ReactNode } from "react";

/** A bordered block with an optional heading and actions beside it. */
export function Card(props: { title?: ReactNode; actions?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={`min-w-0 rounded-base border border-line bg-surface ${props.className ?? ""}`}>
      {props.title ? (
        <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-3">
          <h2 className="text-lg font-semibold">{props.title}</h2>
          {props.actions ? <div className="flex flex-wrap gap-2">{props.actions}</div> : null}
        </div>
      ) : null}
      <div className="p-4">{props.children}</div>
    </section>
  );
}

/** Title of a page, what it is for in a sentence, and its actions. */
export function PageHeader(props: { title: ReactNode; description?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="mb-6 flex flex-wrap items-start justify-between gap-4">
      <div className="min-w-0 max-w-[72ch]">
        <h1 className="text-2xl font-semibold text-balance">{props.title}</h1>
        {props.description ? <p className="mt-1 text-muted">{props.description}</p> : null}
      </div>
      {props.actions ? <div className="flex flex-wrap gap-2">{props.actions}</div> : null}
    </header>
  );
}

/** An empty list says what to do next. */
export function EmptyState(props: { title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 rounded-base border border-dashed border-line-strong p-6">
      <p className="font-semibold">{props.title}</p>
      {props.children ? <div className="max-w-[72ch] text-muted">{props.children}</div> : null}
      {props.action}
    </div>
  );
}

type Tone = "neutral" | "attention" | "danger" | "done" | "accent";
const notices: Record<Tone, string> = {
  neutral: "border-line bg-sunken",
  attention: "border-attention bg-attention-soft",
  danger: "border-danger bg-danger-soft",
  done: "border-done bg-done-soft",
  accent: "border-accent bg-accent-soft",
};

/** A message beside the content. `danger` is announced at once. */
export function Notice(props: { tone?: Tone; title?: ReactNode; children?: ReactNode; action?: ReactNode }) {
  const tone = props.tone ?? "neutral";
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={`flex flex-wrap items-center justify-between gap-3 rounded-base border px-4 py-3 ${notices[tone]}`}
    >
      <div className="min-w-0 max-w-[90ch]">
        {props.title ? <p className="font-semibold">{props.title}</p> : null}
        {props.children}
      </div>
      {props.action}
    </div>
  );
}

const badges: Record<Tone, string> = {
  neutral: "border-line-strong text-ink",
  attention: "border-attention bg-attention-soft text-attention",
  danger: "border-danger bg-danger-soft text-danger",
  done: "border-done bg-done-soft text-done",
  accent: "border-accent bg-accent-soft text-accent",
};

export function Badge(props: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full border px-2 text-xs font-semibold whitespace-nowrap ${badges[props.tone ?? "neutral"]}`}
    >
      {props.children}
    </span>
  );
}

/** Stands in for what is loading, in the size of what comes. */
export function Skeleton(props: { className?: string }) {
  return <div aria-hidden className={`animate-pulse rounded-base bg-sunken ${props.className ?? "h-9"}`} />;
}
