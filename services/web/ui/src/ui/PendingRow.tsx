import { connection } from "../state/screen";
import type { Pending } from "../state/outbox";
import { me } from "../state/store";
import { nameOf } from "../state/users";
import { discardMessage, retryMessages } from "../sync/messages";
import { Avatar } from "./Avatar";
import { focusComposer } from "./focus";
import { Icon } from "./Icon";

/** A message on its way: it stands at once, says where it waits, and stays when it fails. */
export function PendingRow({ rowKey, pending, first }: { rowKey: string; pending: Pending; first: boolean }) {
  const user = me.value;
  if (!user) return null;
  const retry = (): void => {
    retryMessages(pending.channel_id);
    focusComposer();
  };
  const discard = (): void => {
    discardMessage(pending.key);
    focusComposer();
  };
  const failed = pending.state === "failed";
  const waits = !failed && connection.value === "offline";
  return (
    <div class={`message is-pending ${first ? "is-first" : ""} ${failed ? "is-failed" : ""}`} data-key={rowKey} role="article" aria-label={`${nameOf(user)}, not sent yet`}>
      <div class="message-gutter">{first && <Avatar userId={user.id} />}</div>
      <div class="message-main">
        {first && (
          <div class="message-head">
            <span class="message-author">{nameOf(user)}</span>
            <span class="time">{failed ? "not sent" : waits ? "waiting" : "sending"}</span>
          </div>
        )}
        <p class="pending-text">{pending.source}</p>
        {waits && (
          <p class="pending-note">
            <Icon name="clock" /> Will be sent when you are back online
          </p>
        )}
        {failed && (
          <p class="pending-note is-danger" role="alert">
            <Icon name="warning" /> Not sent. {pending.problem}
            <button type="button" class="text-button" onClick={retry}>
              Retry
            </button>
            <button type="button" class="text-button is-danger" onClick={discard}>
              Delete
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
