import { showReconnecting } from "../state/screen";

/** One quiet line while live events are missing. */
export function Banner() {
  return (
    <div class="banner-place" role="status">
      {showReconnecting.value && <p class="banner">Reconnecting…</p>}
    </div>
  );
}
