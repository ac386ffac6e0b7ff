import { type Estimate, wilsonInterval } from "@/lib/stats";

/** So many of `n` documents, as a share with Wilson's interval (95 %). Throws StatisticsError where there are none. */
export function shareOfDocuments(count: number, n: number): Estimate {
  const interval = wilsonInterval(count, n);
  const value = count / n;
  const standardError = Math.sqrt((value * (1 - value)) / n);
  return { value, standardError, interval, level: 0.95, n, method: "share of documents, Wilson's interval" };
}
