import { useLayoutEffect, useRef } from "preact/hooks";
import { route, toasts, type Toast } from "../state/screen";
import { focusComposer } from "./focus";

/**
 * Short notes. One about a channel goes with its view, and is there again on coming back in time. Beside an
 * open dialog nothing is heard or seen, so there they are part of it.
 */
export function Toasts() {
  const here = route.value.page === "channel" ? route.value.channelId : null;
  return (
    <div class="toasts" role="status">
      {toasts.value.filter(({ channelId }) => channelId === null || channelId === here).map((item) => (
        <ToastLine key={item.id} item={item} />
      ))}
    </div>
  );
}

function ToastLine({ item }: { item: Toast }) {
  const line = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = line.current;
    return () => {
      if (box?.contains(document.activeElement)) focusComposer(); // the note goes, and the focus would with it
    };
  }, []);
  return (
    <div ref={line} class="toast">
      <span>{item.text}</span>
      {item.action && (
        <button type="button" class="text-button" onClick={item.action.run}>
          {item.action.label}
        </button>
      )}
    </div>
  );
}
