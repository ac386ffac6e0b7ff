/**
 * Moves positions apart until neighbours are `gap` away, keeping their order and staying within the ends where there is
 * room; answers in the order given.
 */
export function spread(positions: readonly number[], gap: number, lower: number, upper: number): number[] {
  const order = positions.map((position, index) => ({ position, index })).sort((a, b) => a.position - b.position);
  let least = lower;
  for (const each of order) {
    each.position = Math.max(each.position, least);
    least = each.position + gap;
  }
  let most = upper;
  for (const each of order.reverse()) {
    each.position = Math.min(each.position, most);
    most = each.position - gap;
  }
  const result = new Array<number>(positions.length);
  for (const { position, index } of order) result[index] = position;
  return result;
}
