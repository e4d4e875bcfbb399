import { toasts, type Toast } from "../state/screen";

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map((item) => (
        <ToastLine key={item.id} item={item} />
      ))}
    </div>
  );
}

function ToastLine({ item }: { item: Toast }) {
  return (
    <div class="toast">
      <span>{item.text}</span>
      {item.action && (
        <button type="button" class="text-button" onClick={item.action.run}>
          {item.action.label}
        </button>
      )}
    </div>
  );
}
