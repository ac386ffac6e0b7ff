import { StatisticsError } from "../error";
import type { OrderedPair } from "./tallies";

/** Models that can be reached from a start along edges. */
function reachable(start: number, edges: readonly ReadonlySet<number>[]): Set<number> {
  const seen = new Set([start]);
  const open = [start];
  for (let model = open.pop(); model !== undefined; model = open.pop()) {
    for (const next of edges[model] ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

/** Groups in which every model can be reached from every other. */
function components(forward: readonly ReadonlySet<number>[], backward: readonly ReadonlySet<number>[]): Set<number>[] {
  const rest = new Set(forward.keys());
  const groups: Set<number>[] = [];
  for (const model of rest) {
    const after = reachable(model, forward);
    const group = new Set([...reachable(model, backward)].filter((other) => after.has(other)));
    for (const member of group) rest.delete(member);
    groups.push(group);
  }
  return groups.sort((a, b) => b.size - a.size);
}

function edgesOf(models: readonly string[], pairs: readonly OrderedPair[]) {
  const beats = models.map(() => new Set<number>());
  const losesTo = models.map(() => new Set<number>());
  for (const { first, second, counts } of pairs) {
    const [firstWins, secondWins, ties] = counts;
    if (firstWins + ties > 0) {
      beats[first]?.add(second);
      losesTo[second]?.add(first);
    }
    if (secondWins + ties > 0) {
      beats[second]?.add(first);
      losesTo[first]?.add(second);
    }
  }
  const met = models.map((_, model) => new Set([...(beats[model] ?? []), ...(losesTo[model] ?? [])]));
  return { beats, losesTo, met };
}

/** The models outside the largest group in which every model beats or ties every other, directly or along a chain. */
export function looselyConnected(models: readonly string[], pairs: readonly OrderedPair[]): string[] {
  const { beats, losesTo } = edgesOf(models, pairs);
  const [, ...loose] = components(beats, losesTo);
  return loose.flatMap((group) => [...group].map((model) => models[model] ?? ""));
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `"${id}"`).join(", ");
}

/**
 * Refuses votes from which some strengths cannot have finite values: finite maximum-likelihood strengths exist exactly
 * when every model beats or ties every other, directly or along a chain (Zermelo 1929; Ford, American Mathematical
 * Monthly 64, 1957).
 *
 * @throws StatisticsError `models_not_connected`, whose subjects are the models outside the largest connected group
 */
export function requireConnected(models: readonly string[], pairs: readonly OrderedPair[]): void {
  const { beats, losesTo, met } = edgesOf(models, pairs);
  const names = (group: Iterable<number>) => [...group].map((model) => models[model] ?? "");

  const [main, ...apart] = components(met, met);
  if (main && apart.length > 0) {
    const outside = names(apart.flatMap((group) => [...group]));
    const around = quoted(names(main).slice(0, 3));
    throw new StatisticsError(
      "models_not_connected",
      `No votes connect ${quoted(outside)} with the others (such as ${around}), so strengths can't be compared.`,
      outside,
    );
  }
  const subjects = looselyConnected(models, pairs);
  if (subjects.length === 0) return;
  const groups = components(beats, losesTo);
  const sentences = groups.flatMap((group) => {
    const leaves = (edges: readonly ReadonlySet<number>[]) =>
      [...group].some((model) => [...(edges[model] ?? [])].some((other) => !group.has(other)));
    if (group.size > models.length / 2 || (leaves(beats) && leaves(losesTo))) return [];
    return [`${quoted(names(group))} never ${leaves(beats) ? "lost to" : "won against"} any of the others`];
  });
  const reason =
    sentences.join("; ") || `Wins and losses connect ${quoted(subjects)} with the others in one direction only`;
  throw new StatisticsError(
    "models_not_connected",
    `${reason}: so strengths have no finite value. More votes are needed, or leave these models out.`,
    subjects,
  );
}
