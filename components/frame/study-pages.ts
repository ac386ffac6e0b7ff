import { mayRole, type Permission } from "@/lib/auth/permissions";
import type { StudySummary } from "@/lib/studies/schema";
import { stationNames } from "@/lib/studies/station";

/** The pages of a study that somebody in this role may open, in the order of the rail; `label` is a word of the frame. */
export function studyPages(studyId: string, role: StudySummary["role"]) {
  const base = `/studies/${studyId}`;
  const allowed = <Page>(permission: Permission, page: Page) => (mayRole(role, permission) ? [page] : []);
  return {
    home: { href: base, label: "home" } as const,
    road: mayRole(role, "corpora.read")
      ? stationNames.map((name) => ({ href: `${base}/${name}`, label: `stations.${name}` }) as const)
      : [],
    study: [
      ...allowed("runs.read", { href: `${base}/runs`, label: "runs" } as const),
      ...allowed("members.read", { href: `${base}/members`, label: "people" } as const),
      ...allowed("audit.read", { href: `${base}/audit`, label: "audit" } as const),
    ],
  };
}
