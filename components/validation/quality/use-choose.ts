"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useTransition } from "react";

/** Keeps a choice in the address and lets the page read itself anew; an empty value takes it out. */
export function useChoose(): { pending: boolean; choose: (name: string, value: string) => void } {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const [pending, start] = useTransition();
  const choose = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value === "") next.delete(name);
    else next.set(name, value);
    start(() => router.replace(`${path}?${next}`, { scroll: false }));
  };
  return { pending, choose };
}
