export type ProblemValues = Record<string, string | number>;
/** `code` names a sentence, under "fields" or beside it; `message` is shown where there is none. */
export type ProblemField = { path: string; message: string; code?: string; values?: ProblemValues };

/**
 * An error that a person can act on. `code` is stable and names a sentence in messages/LOCALE/errors.json;
 * `values` fill its placeholders. Everything else that is thrown is a fault of ours: status 500 and an id.
 */
export class Problem extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 502 | 503 | 507,
    readonly code: string,
    readonly values: ProblemValues = {},
    readonly fields: ProblemField[] = [],
  ) {
    super(`${code} ${JSON.stringify(values)}`);
    this.name = "Problem";
  }
}

export const notFound = () => new Problem(404, "not_found");
export const forbidden = (permission: string) => new Problem(403, "forbidden", { permission });
export const conflict = (code: string, values?: ProblemValues) => new Problem(409, code, values);
export const unprocessable = (code: string, values?: ProblemValues, fields?: ProblemField[]) =>
  new Problem(422, code, values, fields);
