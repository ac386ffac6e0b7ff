import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  apiTokenSchema,
  changePasswordSchema,
  changePersonSchema,
  createPersonSchema,
  createTokenSchema,
  personSchema,
} from "./schema";

export const listTokensOperation = operation({
  id: "tokens.list",
  method: "GET",
  path: "/me/tokens",
  summary: "The caller's API tokens",
  access: { kind: "signed-in" },
  response: z.object({ tokens: z.array(apiTokenSchema) }),
});

export const createTokenOperation = operation({
  id: "tokens.create",
  method: "POST",
  path: "/me/tokens",
  summary: "Make an API token; the answer shows it once",
  access: { kind: "signed-in" },
  body: createTokenSchema,
  response: z.object({ token: z.string() }),
  status: 201,
});

export const revokeTokenOperation = operation({
  id: "tokens.revoke",
  method: "DELETE",
  path: "/me/tokens/{tokenId}",
  summary: "Revoke an API token of the caller",
  access: { kind: "signed-in" },
  params: z.object({ tokenId: z.uuid() }),
});

export const changePasswordOperation = operation({
  id: "password.change",
  method: "POST",
  path: "/me/password",
  summary: "Change the caller's password; ends all sessions, and all API tokens unless told otherwise",
  access: { kind: "signed-in" },
  body: changePasswordSchema,
});

export const listPeopleOperation = operation({
  id: "people.list",
  method: "GET",
  path: "/people",
  summary: "All people of this installation",
  access: { kind: "administrator" },
  response: z.object({ people: z.array(personSchema) }),
});

export const createPersonOperation = operation({
  id: "people.create",
  method: "POST",
  path: "/people",
  summary: "Make an account",
  access: { kind: "administrator" },
  body: createPersonSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const changePersonOperation = operation({
  id: "people.change",
  method: "PATCH",
  path: "/people/{personId}",
  summary: "Say whether somebody may create studies",
  access: { kind: "administrator" },
  params: z.object({ personId: z.uuid() }),
  body: changePersonSchema,
});

export const deactivatePersonOperation = operation({
  id: "people.deactivate",
  method: "POST",
  path: "/people/{personId}/deactivate",
  summary: "Close an account and end its sessions; what the person decided stays",
  access: { kind: "administrator" },
  params: z.object({ personId: z.uuid() }),
});

export const untieIdentityOperation = operation({
  id: "people.untie-identity",
  method: "DELETE",
  path: "/people/{personId}/identity",
  summary: "Untie an account from its OpenID Connect identity and end its sessions and tokens; the next takes it over",
  access: { kind: "administrator" },
  params: z.object({ personId: z.uuid() }),
});
