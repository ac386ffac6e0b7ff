import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./lib/platform/i18n/request.ts");

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Native parts and WebAssembly that must not be bundled.
  serverExternalPackages: [
    "@duckdb/node-api",
    "onnxruntime-node",
    "@huggingface/tokenizers",
    "@node-rs/argon2",
    "pino",
    "eld",
  ],
  experimental: { authInterrupts: true },
  // `npm run types` checks them, in one pass over everything.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
  typedRoutes: false,
};

export default withNextIntl(config);
