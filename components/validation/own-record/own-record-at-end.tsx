"use client";

import { useQuery } from "@tanstack/react-query";
import { call } from "@/lib/platform/http/call";
import { readOwnRecordOperation } from "@/lib/validation/api";
import { OwnRecordFigures } from "./own-record";

/** Where nothing is left to decide: how consistent the person was, once all that they decided has arrived. */
export function OwnRecordAtEnd(props: { studyId: string; roundId: string; decided: number; delivered: boolean }) {
  const { studyId, roundId } = props;
  const own = useQuery({
    queryKey: ["own-record", roundId, props.decided],
    queryFn: () => call(readOwnRecordOperation, { params: { studyId, roundId } }),
    enabled: props.delivered,
  });
  return own.data?.record ? <OwnRecordFigures record={own.data.record} /> : null;
}
