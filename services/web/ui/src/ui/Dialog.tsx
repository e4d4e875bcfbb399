import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { closeDialog } from "../state/screen";
import { focusComposer } from "./focus";
import { IconButton } from "./IconButton";
import { Toasts } from "./Toasts";

interface Props {
  title: string;
  wide?: boolean;
  bare?: boolean;
  children: ComponentChildren;
}

/** A modal dialog on the browser's own element: it traps the focus, closes on Esc, and gives the focus back. */
export function Dialog({ title, wide = false, bare = false, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const box = element.current;
    const before = document.activeElement as HTMLElement | null;
    if (box && !box.open) box.showModal();
    return () => {
      box?.close();
      if (before?.isConnected && before !== document.body) before.focus({ preventScroll: true });
      else focusComposer();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${wide ? "is-wide" : ""} ${bare ? "is-bare" : ""}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        closeDialog();
      }}
      onPointerDown={(event) => {
        if (event.target === element.current) closeDialog();
      }}
    >
      <div class="dialog-frame">
        <div class={bare ? "sr-only" : "dialog-head"}>
          <h2 id={titleId}>{title}</h2>
          {!bare && <IconButton icon="close" label="Close" onClick={closeDialog} />}
        </div>
        {children}
      </div>
      <Toasts />
    </dialog>
  );
}
