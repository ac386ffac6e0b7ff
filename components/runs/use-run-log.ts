import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { readLogOperation } from "@/lib/compute/api";
import type { LogLine, RunView } from "@/lib/compute/schema";
import { call } from "@/lib/platform/http/call";

type Log = { lines: LogLine[]; before: string | null };
type Place = { studyId: string; runId: string };

const mostLines = 5000;
const pageLines = 1000;
/** Further behind than this many pages, after a long sleep, it begins at the newest lines again. */
const mostPages = 5;

export const placeOf = (line: LogLine): string => `${line.attempt}.${line.file}.${line.line}`;

/**
 * A run's log, followed: what was read stays, and each look asks for what came after the last line. A look that fails (the
 * backend restarts, the browser sleeps, the network is away) changes nothing; the next one goes on from there.
 */
export function useRunLog(place: Place, run: RunView, level: "warning" | undefined) {
  const queries = useQueryClient();
  const queryKey = ["log", run.id, level ?? "all"];
  const log = useQuery({
    queryKey,
    queryFn: () => readOn(place, level, queries.getQueryData<Log>(queryKey)),
    placeholderData: (previous) => previous,
  });
  const { refetch } = log;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision is what says that there is more to read
  useEffect(() => {
    void refetch();
  }, [run.revision, run.state, refetch]);
  const older = useMutation({
    mutationFn: (before: string) => call(readLogOperation, { params: place, query: { before, level } }),
    onSuccess: async (page) => {
      // A look that is under way began without these lines, and would take them away again.
      await queries.cancelQueries({ queryKey });
      queries.setQueryData<Log>(queryKey, (known) =>
        known ? { lines: [...page.lines, ...known.lines], before: page.before } : known,
      );
    },
  });
  return { log, older };
}

async function readOn(place: Place, level: "warning" | undefined, known: Log | undefined): Promise<Log> {
  const last = known?.lines.at(-1);
  if (!known || !last) return call(readLogOperation, { params: place, query: { level } });
  const lines = [...known.lines];
  let after = placeOf(last);
  for (let page = 0; page < mostPages; page++) {
    const next = await call(readLogOperation, { params: place, query: { after, level, limit: pageLines } });
    lines.push(...next.lines);
    after = placeOf(lines.at(-1) ?? last);
    if (!next.more) return shortened({ lines, before: known.before });
  }
  return call(readLogOperation, { params: place, query: { level } });
}

/** The newest lines; the others can be asked for again. */
function shortened(log: Log): Log {
  if (log.lines.length <= mostLines) return log;
  const lines = log.lines.slice(-mostLines);
  return { lines, before: lines[0] ? placeOf(lines[0]) : log.before };
}
