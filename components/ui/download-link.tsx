import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "./button";

/** Leads to a file of the server's. `name` is what it is saved as where the server does not name it. */
export function DownloadLink(props: { href: string; name?: string; describedBy?: string; children: ReactNode }) {
  return (
    <a
      className={buttonClass("secondary", "small")}
      href={props.href}
      download={props.name ?? true}
      aria-describedby={props.describedBy}
    >
      <Download size={14} aria-hidden /> {props.children}
    </a>
  );
}
