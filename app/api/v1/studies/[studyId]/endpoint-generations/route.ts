import { serve } from "@/app/api/serve";
import { listOpenGenerationsOperation, startEndpointGenerationOperation } from "@/lib/generations/api";
import { listOpenGenerations } from "@/lib/generations/read-generations";
import { startEndpointGeneration } from "@/lib/generations/start-endpoint-generation";

export const GET = serve(listOpenGenerationsOperation, async ({ actor }) => ({
  generations: await listOpenGenerations(actor),
}));
export const POST = serve(startEndpointGenerationOperation, ({ actor, body }) => startEndpointGeneration(actor, body));
