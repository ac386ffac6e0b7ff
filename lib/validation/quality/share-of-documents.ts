import { type Estimate, proportion } from "@/lib/stats";

/** So many of `n` documents, as a share with Wilson's interval (95 %). Throws StatisticsError where there are none. */
export function shareOfDocuments(count: number, n: number): Estimate {
  return { ...proportion(count, n), method: "share of documents, Wilson's interval" };
}
