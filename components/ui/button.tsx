import Link from "next/link";
import type { ButtonHTMLAttributes, ReactNode } from "react";

type Variant = "primary" | "secondary" | "quiet" | "danger";
type Size = "small" | "medium" | "large";

const variants: Record<Variant, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-strong",
  secondary: "bg-surface text-ink border-line-strong hover:bg-sunken",
  quiet: "bg-transparent text-ink border-transparent hover:bg-sunken",
  danger: "bg-surface text-danger border-danger hover:bg-danger-soft",
};
const sizes: Record<Size, string> = {
  small: "h-7 px-2 text-sm gap-1",
  medium: "h-9 px-3 gap-2",
  large: "h-12 px-4 text-lg gap-2",
};

export function buttonClass(variant: Variant = "secondary", size: Size = "medium"): string {
  return `inline-flex shrink-0 items-center justify-center rounded-base border font-semibold whitespace-nowrap transition-colors duration-100 disabled:opacity-50 ${variants[variant]} ${sizes[size]}`;
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { variant?: Variant; size?: Size; busy?: boolean };

/** Labels are verbs. `busy` keeps the size and says so to screen readers. One primary button a screen: the next action. */
export function Button({ variant, size, busy, className = "", children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${buttonClass(variant, size)} ${className}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {children}
    </button>
  );
}

export function ButtonLink(props: {
  href: string;
  variant?: Variant;
  size?: Size;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Link href={props.href} className={`${buttonClass(props.variant, props.size)} ${props.className ?? ""}`}>
      {props.children}
    </Link>
  );
}
