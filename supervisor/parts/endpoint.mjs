// @ts-check

import { answers } from "./ray.mjs";
import { serviceEnvironment } from "./service-environment.mjs";

/**
 * The small local LLM behind an OpenAI-compatible address, for trying the software without a GPU server.
 * @param {{ python: string, model: string, dataFolder: import("../data-folder.mjs").DataFolder }} options
 * @returns {Promise<import("./service-part.mjs").Service>}
 */
export async function endpointService({ python, model, dataFolder }) {
  const { endpointToken } = dataFolder.secrets;
  const port = await dataFolder.rememberedPort("endpoint");
  const address = `http://127.0.0.1:${port}/v1`;
  return {
    address,
    token: endpointToken,
    description: {
      name: "endpoint",
      command: python,
      args: ["-m", "definemed_runner.local_endpoint", "--model", model, "--port", String(port)],
      environment: serviceEnvironment(python, {
        DEFINEMED_ENDPOINT_TOKEN: endpointToken,
        DEFINEMED_DIE_WITH_PARENT: "1",
      }),
      endOrder: 40,
      isReady: () => answers(`${address}/models`, endpointToken),
      readyTimeoutMs: 180_000,
      maxRestarts: 3,
    },
  };
}
