import { Button } from "@/components/ui/button";
import { ProblemNotice } from "@/components/ui/problem-notice";
import type { useDesignPreview } from "./design-preview";

/** Carries out a design that can be previewed. */
export function SubmitDesign(props: {
  preview: ReturnType<typeof useDesignPreview>;
  create: { isPending: boolean; error: unknown };
  children: string;
}) {
  const { preview, create } = props;
  return (
    <>
      <ProblemNotice error={create.error} />
      <Button
        type="submit"
        variant="primary"
        busy={create.isPending}
        disabled={!preview.body || preview.query.isError}
        className="self-start"
      >
        {props.children}
      </Button>
    </>
  );
}
