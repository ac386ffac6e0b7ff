export type TextDamage = "nul_character" | "invalid_utf8";

/** NUL characters and halves of surrogate pairs are valid in JSON, but no text that PostgreSQL stores. */
export function damageOf(value: unknown): TextDamage | null {
  if (typeof value === "string") {
    if (value.includes("\0")) return "nul_character";
    return /\p{Cs}/u.test(value) ? "invalid_utf8" : null;
  }
  if (typeof value !== "object" || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const damage = damageOf(key) ?? damageOf(member);
    if (damage) return damage;
  }
  return null;
}
