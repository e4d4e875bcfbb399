import { useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "./clipboard";
import { fullTime } from "./times";

const COPIED = 1500;

/** The text of a message. The server has sanitized its html; this is the only place that inserts any. */
export function MessageBody({ html, edited }: { html: string; edited: string | null }) {
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    for (const block of body.current?.querySelectorAll("pre") ?? []) addCopy(block);
    for (const link of body.current?.querySelectorAll("a") ?? []) guard(link);
  }, [html]);
  return (
    <div class="message-body">
      <div ref={body} class="prose" dangerouslySetInnerHTML={{ __html: html }} />
      {edited !== null && (
        <span class="message-mark" title={`Edited ${fullTime(Date.parse(edited))}`}>
          edited
        </span>
      )}
    </div>
  );
}

function guard(link: HTMLAnchorElement): void {
  if (link.origin === location.origin) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
}

function addCopy(block: HTMLPreElement): void {
  const code = block.textContent;
  const frame = document.createElement("div");
  frame.className = "code";
  block.tabIndex = 0; // scrolls sideways, so the keyboard must reach it
  block.replaceWith(frame);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy code");
  button.onclick = () => {
    void copyText(code).then(() => {
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), COPIED);
    });
  };
  frame.append(block, button);
}
