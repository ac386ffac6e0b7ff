import { Progress } from "@/components/ui/progress";

const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;

/** How much of a file the server has; nothing while none is sent. */
export function UploadProgress(props: { label: string; sent: { bytes: number; total: number } | null }) {
  const { sent, label } = props;
  if (!sent) return null;
  return <Progress label={label} done={megabytes(sent.bytes)} total={megabytes(sent.total)} unit="MB" />;
}
