/** At most `limit()` at a time; the limit may change on the way. The first throw ends it, after those under way. */
export async function inParallel<T>(items: T[], limit: () => number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const underWay = new Set<Promise<void>>();
  let fault: unknown;
  while ((waiting.length > 0 && fault === undefined) || underWay.size > 0) {
    while (waiting.length > 0 && fault === undefined && underWay.size < Math.max(1, limit())) {
      const item = waiting.shift() as T;
      const task = work(item)
        .catch((error: unknown) => {
          fault ??= error;
        })
        .finally(() => underWay.delete(task));
      underWay.add(task);
    }
    await Promise.race(underWay);
  }
  if (fault !== undefined) throw fault;
}
