import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

/** A round's instructions; Markdown, without any HTML of its own. */
export function Instructions({ text }: { text: string }) {
  return (
    <div className="flex max-w-[72ch] flex-col gap-3 [&_a]:text-accent [&_a]:underline [&_h1]:text-xl [&_h1]:font-semibold [&_h2]:mt-2 [&_h2]:text-lg [&_h2]:font-semibold [&_h3]:font-semibold [&_ol]:list-decimal [&_ol]:pl-5 [&_ul]:list-disc [&_ul]:pl-5">
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} disallowedElements={["img"]}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
