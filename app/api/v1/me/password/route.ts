import { serve } from "@/app/api/serve";
import { changePasswordOperation } from "@/lib/auth/api";
import { changePassword } from "@/lib/auth/change-password";

export const POST = serve(changePasswordOperation, ({ actor, body }) => changePassword(actor, body));
