/** The pages for administrators, in the order of their tabs; `name` is a word of the settings' `administrationPages`. */
export const administrationPages = (["people", "backends", "endpoints", "checkpoints", "audit"] as const).map(
  (name) => ({ name, href: `/administration/${name}` }),
);
