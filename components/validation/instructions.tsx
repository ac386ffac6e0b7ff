import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

/** They stand below a heading of the page or dialog, which is of the second level. */
const headings = { h1: "h3", h2: "h4", h3: "h5", h4: "h6", h5: "h6" } as const;

/** A round's instructions; Markdown, without any HTML of its own. */
export function Instructions({ text }: { text: string }) {
  return (
    <div className="flex max-w-[72ch] flex-col gap-3 [&_a]:text-accent [&_a]:underline [&_h3]:text-xl [&_h3]:font-semibold [&_h4]:mt-2 [&_h4]:text-lg [&_h4]:font-semibold [&_h5]:font-semibold [&_ol]:list-decimal [&_ol]:pl-5 [&_ul]:list-disc [&_ul]:pl-5">
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[rehypeSanitize]}
        disallowedElements={["img"]}
        components={headings}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
