import type { ReactNode, TdHTMLAttributes, ThHTMLAttributes } from "react";

/**
 * A table that scrolls within itself on narrow screens; `caption` is read to screen readers. `relative` keeps what is
 * for screen readers only, which is positioned, from widening the page.
 */
export function Table(props: { caption: string; head: ReactNode; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
    <section className="relative overflow-x-auto" aria-label={props.caption} tabIndex={0}>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">{props.caption}</caption>
        <thead className="sticky top-0 bg-surface text-sm text-muted">
          <tr>{props.head}</tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}

/** `number`: right-aligned with tabular figures. */
export function HeadCell({
  number,
  className = "",
  ...rest
}: ThHTMLAttributes<HTMLTableCellElement> & { number?: boolean }) {
  return (
    <th
      scope="col"
      className={`border-b border-line px-3 py-2 font-semibold whitespace-nowrap ${number ? "text-right" : ""} ${className}`}
      {...rest}
    />
  );
}

export function Cell({
  number,
  className = "",
  ...rest
}: TdHTMLAttributes<HTMLTableCellElement> & { number?: boolean }) {
  return (
    <td
      className={`border-b border-line px-3 py-2 align-top ${number ? "tabular text-right whitespace-nowrap" : ""} ${className}`}
      {...rest}
    />
  );
}
