import { serve } from "@/app/api/serve";
import { readLeaderboardOperation } from "@/lib/judging/api";
import { readLeaderboard } from "@/lib/judging/read-leaderboard";

export const GET = serve(readLeaderboardOperation, ({ actor, params, query }) =>
  readLeaderboard(actor, params.comparisonId, query.bothBadAsTie ?? false),
);
