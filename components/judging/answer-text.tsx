import { memo, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const heading = ({ children }: { children?: ReactNode }) => <p className="mt-4 mb-2 font-semibold">{children}</p>;

/** Nothing of an answer leads out of the page or loads anything: links are their text, images are left out. */
const components: Components = {
  a: ({ children }) => <span>{children}</span>,
  img: () => null,
  input: ({ checked }) => <span>{checked ? "☑ " : "☐ "}</span>,
  h1: heading,
  h2: heading,
  h3: heading,
  h4: heading,
  h5: heading,
  h6: heading,
  p: ({ children }) => <p className="mb-3">{children}</p>,
  ul: ({ children }) => <ul className="mb-3 list-disc pl-6">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="mb-3 list-decimal pl-6">
      {children}
    </ol>
  ),
  blockquote: ({ children }) => <blockquote className="mb-3 border-l-2 border-line pl-4">{children}</blockquote>,
  code: ({ children }) => <code className="rounded-sm bg-sunken px-1 font-mono text-sm">{children}</code>,
  pre: ({ children }) => (
    <pre className="mb-3 rounded-base bg-sunken p-3 whitespace-pre-wrap wrap-anywhere">{children}</pre>
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
    <div className="relative mb-3 overflow-x-auto" tabIndex={0}>
      <table className="border-collapse">{children}</table>
    </div>
  ),
  th: ({ children }) => <th className="border border-line px-2 py-1 text-left">{children}</th>,
  td: ({ children }) => <td className="border border-line px-2 py-1 align-top">{children}</td>,
};

/** An answer's Markdown, without any HTML of its own. */
export const AnswerText = memo(function AnswerText({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={components} skipHtml>
      {text}
    </ReactMarkdown>
  );
});
