import path from "node:path";
import { z } from "zod";

/** The only place that reads the process environment. It refuses to go on with a list of what is wrong. */
const flag = z
  .enum(["0", "1"])
  .default("0")
  .transform((value) => value === "1");

const environmentSchema = z
  .object({
    STUDIO_MODE: z.enum(["demo", "production", "development", "test"]).default("development"),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgresql:// address" }),
    DATABASE_POOL: z.coerce.number().int().min(1).max(200).default(10),
    /** Folder of this installation: logs, uploads that are under way. */
    STUDIO_DATA: z.string().default(".studio"),
    /** Root of the artifact store, file:///… */
    STUDIO_STORE: z
      .string()
      .regex(/^file:\/\//, "must be a file:// address")
      .optional(),
    STUDIO_URL: z.url().default("http://127.0.0.1:3210"),
    NEXTAUTH_SECRET: z.string().min(32, "needs at least 32 characters"),
    STUDIO_ENCRYPTION_KEY: z.string().regex(/^[0-9a-f]{64}$/, "needs 64 hexadecimal digits"),
    /** Folders from which corpora may be imported by path, separated by ":". */
    STUDIO_IMPORT_ROOTS: z.string().default(""),
    /** Hosts that LLM endpoints and GPU backends may have, separated by ",". "*" allows all. */
    STUDIO_ALLOWED_HOSTS: z.string().default("127.0.0.1,localhost,[::1]"),
    STUDIO_UPLOAD_LIMIT_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(20 * 1024 ** 3),
    /** Object store through which files go to clusters that don't see STUDIO_STORE; without an endpoint Amazon's. */
    STUDIO_S3_ENDPOINT: z.url({ protocol: /^https?$/, error: "must be an http(s):// address" }).optional(),
    STUDIO_S3_REGION: z
      .string()
      .regex(/^[a-z0-9-]+$/, "must be a region such as eu-central-1")
      .default("us-east-1"),
    STUDIO_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
    STUDIO_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
    /** Whether the worker takes the example study along the road. */
    STUDIO_WALK_EXAMPLE: flag,
    STUDIO_SUPERVISOR_URL: z.url().optional(),
    STUDIO_SUPERVISOR_TOKEN: z.string().optional(),
    STUDIO_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
    OIDC_ISSUER: z.url().optional(),
    OIDC_CLIENT_ID: z.string().optional(),
    OIDC_CLIENT_SECRET: z.string().optional(),
    OIDC_NAME: z.string().default("OpenID Connect"),
    /** The provider verifies every address itself: one counts also where it leaves out `email_verified`. */
    OIDC_EMAILS_VERIFIED: flag,
    /** Behind a TLS proxy: cookies are marked Secure. */
    STUDIO_SECURE_COOKIES: flag,
  })
  .refine((data) => !data.STUDIO_S3_ACCESS_KEY_ID === !data.STUDIO_S3_SECRET_ACCESS_KEY, {
    path: ["STUDIO_S3_SECRET_ACCESS_KEY"],
    error: "is needed together with STUDIO_S3_ACCESS_KEY_ID",
  });

function readEnvironment() {
  const parsed = environmentSchema.safeParse(process.env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment is not usable:\n${lines.join("\n")}`);
  }
  const data = path.resolve(/* turbopackIgnore: true */ parsed.data.STUDIO_DATA);
  return {
    mode: parsed.data.STUDIO_MODE,
    databaseUrl: parsed.data.DATABASE_URL,
    databasePool: parsed.data.DATABASE_POOL,
    dataFolder: data,
    storeAddress: parsed.data.STUDIO_STORE ?? `file://${path.join(data, "artifacts")}`,
    url: parsed.data.STUDIO_URL.replace(/\/$/, ""),
    sessionSecret: parsed.data.NEXTAUTH_SECRET,
    encryptionKey: parsed.data.STUDIO_ENCRYPTION_KEY,
    importRoots: parsed.data.STUDIO_IMPORT_ROOTS.split(":").filter(Boolean),
    allowedHosts: parsed.data.STUDIO_ALLOWED_HOSTS.split(",")
      .map((host) => host.trim())
      .filter(Boolean),
    uploadLimitBytes: parsed.data.STUDIO_UPLOAD_LIMIT_BYTES,
    s3:
      parsed.data.STUDIO_S3_ACCESS_KEY_ID && parsed.data.STUDIO_S3_SECRET_ACCESS_KEY
        ? {
            endpoint: parsed.data.STUDIO_S3_ENDPOINT ?? `https://s3.${parsed.data.STUDIO_S3_REGION}.amazonaws.com`,
            region: parsed.data.STUDIO_S3_REGION,
            accessKeyId: parsed.data.STUDIO_S3_ACCESS_KEY_ID,
            secretAccessKey: parsed.data.STUDIO_S3_SECRET_ACCESS_KEY,
          }
        : null,
    supervisor:
      parsed.data.STUDIO_SUPERVISOR_URL && parsed.data.STUDIO_SUPERVISOR_TOKEN
        ? { url: parsed.data.STUDIO_SUPERVISOR_URL, token: parsed.data.STUDIO_SUPERVISOR_TOKEN }
        : null,
    walkExample: parsed.data.STUDIO_WALK_EXAMPLE,
    logLevel: parsed.data.STUDIO_LOG_LEVEL,
    openIdConnect:
      parsed.data.OIDC_ISSUER && parsed.data.OIDC_CLIENT_ID && parsed.data.OIDC_CLIENT_SECRET
        ? {
            issuer: parsed.data.OIDC_ISSUER,
            clientId: parsed.data.OIDC_CLIENT_ID,
            clientSecret: parsed.data.OIDC_CLIENT_SECRET,
            name: parsed.data.OIDC_NAME,
            emailsVouchedFor: parsed.data.OIDC_EMAILS_VERIFIED,
          }
        : null,
    secureCookies: parsed.data.STUDIO_SECURE_COOKIES || parsed.data.STUDIO_URL.startsWith("https://"),
  };
}

export type Environment = ReturnType<typeof readEnvironment>;

let cached: Environment | undefined;

/** Read on first use, not at import, so that a build needs no environment. */
export function environment(): Environment {
  cached ??= readEnvironment();
  return cached;
}
