"use client";

import { useQuery } from "@tanstack/react-query";
import { listUsableBackendsOperation } from "@/lib/compute/api";
import { call } from "@/lib/platform/http/call";

/** The backends that runs of the study may be carried out on. */
export function useUsableBackends(studyId: string) {
  return useQuery({
    queryKey: ["usable-backends", studyId],
    queryFn: async () => (await call(listUsableBackendsOperation, { params: { studyId } })).backends,
  });
}
