/**
 * Reads t as people type it: one number, or one a decoder layer, separated by spaces, semicolons or line ends; a comma
 * may stand for the decimal point. Null where it is not that.
 */
export function parseInterpolation(text: string): { default: number; layers: number[] | null } | null {
  const numbers = text
    .split(/[\s;]+/)
    .filter(Boolean)
    .map((part) => Number(part.replace(",", ".")));
  if (numbers.length === 0 || numbers.some((t) => !(t >= 0 && t <= 1))) return null;
  const [first = 0] = numbers;
  if (numbers.length === 1) return { default: first, layers: null };
  return { default: numbers.reduce((sum, t) => sum + t, 0) / numbers.length, layers: numbers };
}
