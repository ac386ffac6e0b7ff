"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/** Pages that stand beside each other, the current one marked. */
export function PageTabs(props: { label: string; pages: { href: string; label: string }[] }) {
  const path = usePathname();
  return (
    <nav aria-label={props.label} className="mb-6 flex flex-wrap gap-x-4 border-b border-line">
      {props.pages.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={path === href ? "page" : undefined}
          className="-mb-px border-b-2 border-transparent py-2 font-semibold hover:text-accent aria-[current=page]:border-accent aria-[current=page]:text-accent"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
