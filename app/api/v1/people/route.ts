import { serve } from "@/app/api/serve";
import { createPersonOperation, listPeopleOperation } from "@/lib/auth/api";
import { createPerson } from "@/lib/auth/create-person";
import { listPeople } from "@/lib/auth/people";

export const GET = serve(listPeopleOperation, async () => ({ people: await listPeople() }));
export const POST = serve(createPersonOperation, ({ actor, body }) => createPerson(actor, body));
