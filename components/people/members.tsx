"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/field";
import { ProblemNotice } from "@/components/ui/problem-notice";
import { Badge, Card } from "@/components/ui/surface";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import { call } from "@/lib/platform/http/call";
import { changeMemberOperation, listMembersOperation, removeMemberOperation } from "@/lib/studies/api";
import { type InvitationSummary, type MemberSummary, roles } from "@/lib/studies/schema";
import { InviteForm } from "./invite-form";

type MembersData = { members: MemberSummary[]; invitations: InvitationSummary[] };

export function Members(props: { studyId: string; ownId: string; mayChange: boolean; initial: MembersData }) {
  const t = useTranslations("people");
  const roleName = useTranslations("studies.roles");
  const format = useFormatter();
  const queries = useQueryClient();
  const key = ["members", props.studyId];
  const members = useQuery({
    queryKey: key,
    queryFn: () => call(listMembersOperation, { params: { studyId: props.studyId } }),
    initialData: props.initial,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const change = useMutation({
    mutationFn: (input: { personId: string; role: (typeof roles)[number] }) =>
      call(changeMemberOperation, {
        params: { studyId: props.studyId, personId: input.personId },
        body: { role: input.role },
      }),
    onSettled: refresh,
  });
  const [leaving, setLeaving] = useState<MemberSummary | null>(null);
  const remove = useMutation({
    mutationFn: (personId: string) => call(removeMemberOperation, { params: { studyId: props.studyId, personId } }),
    onSuccess: () => setLeaving(null),
    onSettled: refresh,
  });
  return (
    <div className="flex flex-col gap-6">
      <ProblemNotice error={change.error} />
      <Card title={t("members")}>
        <Table
          caption={t("members")}
          head={
            <>
              <HeadCell>{t("name")}</HeadCell>
              <HeadCell>{t("email")}</HeadCell>
              <HeadCell>{t("role")}</HeadCell>
              <HeadCell>{t("since")}</HeadCell>
              {props.mayChange ? <HeadCell aria-label={t("actions")} /> : null}
            </>
          }
        >
          {members.data.members.map((member) => (
            <tr key={member.personId}>
              <Cell>
                {member.name} {member.simulated ? <Badge>{t("simulated")}</Badge> : null}
              </Cell>
              <Cell>{member.email}</Cell>
              <Cell>
                {props.mayChange && !member.simulated ? (
                  <Select
                    aria-label={t("roleOf", { name: member.name })}
                    className="w-auto"
                    value={member.role}
                    onChange={(event) => {
                      const role = roles.find((name) => name === event.target.value);
                      if (role) change.mutate({ personId: member.personId, role });
                    }}
                  >
                    {roles.map((role) => (
                      <option key={role} value={role}>
                        {roleName(role)}
                      </option>
                    ))}
                  </Select>
                ) : (
                  roleName(member.role)
                )}
              </Cell>
              <Cell className="whitespace-nowrap">
                {format.dateTime(new Date(member.since), { dateStyle: "medium" })}
              </Cell>
              {props.mayChange ? (
                <Cell className="text-right">
                  <Button size="small" variant="danger" onClick={() => setLeaving(member)}>
                    {t("remove")}
                  </Button>
                </Cell>
              ) : null}
            </tr>
          ))}
        </Table>
      </Card>
      {props.mayChange ? (
        <Card title={t("invite")}>
          <InviteForm studyId={props.studyId} onInvited={refresh} />
          {members.data.invitations.length > 0 ? (
            <ul className="mt-4 flex flex-col gap-1 border-t border-line pt-4">
              {members.data.invitations.map((invitation) => (
                <li key={invitation.id} className="text-muted">
                  {t("openInvitation", {
                    email: invitation.email,
                    role: roleName(invitation.role),
                    date: format.dateTime(new Date(invitation.expiresAt), { dateStyle: "medium" }),
                  })}
                </li>
              ))}
            </ul>
          ) : null}
        </Card>
      ) : null}
      <Dialog
        open={leaving !== null}
        onOpenChange={() => setLeaving(null)}
        title={t("removeTitle", { name: leaving?.name ?? "" })}
        description={t("removeHint")}
      >
        <ProblemNotice error={remove.error} />
        <Button
          variant="danger"
          busy={remove.isPending}
          className="mt-4 self-start"
          onClick={() => leaving && remove.mutate(leaving.personId)}
        >
          {t("remove")}
        </Button>
      </Dialog>
    </div>
  );
}
