import { othersIn, titleOf, unreadShown } from "../state/channel_names";
import { route } from "../state/screen";
import { chat, muted } from "../state/store";
import { drafted } from "../store/drafts";
import type { ChannelState } from "../types";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";

const MOST = 99;

export function RailItem({ channel }: { channel: ChannelState }) {
  const state = chat.value;
  if (!state) return null;
  const title = titleOf(state, channel);
  const current = route.value.page === "channel" && route.value.channelId === channel.id;
  const quiet = muted.value.includes(channel.id);
  const unread = unreadShown(state, channel);
  const draft = !current && drafted.value.has(channel.id);
  const notes = [unread > 0 && `${unread} unread`, draft && "draft", quiet && "muted"].filter(Boolean); // read aloud as one name
  return (
    <li>
      <a
        class={`rail-item ${current ? "is-current" : ""} ${unread > 0 ? "is-unread" : ""} ${quiet ? "is-quiet" : ""}`}
        href={`/c/${channel.id}`}
        aria-current={current ? "page" : undefined}
      >
        <Sign channel={channel} others={othersIn(state, channel)} />
        <span class="cut" aria-hidden={notes.length > 0}>
          {title}
        </span>
        {draft && <Icon name="edit" />}
        {quiet && <Icon name="quiet" />}
        {unread > 0 && (
          <span class="count" aria-hidden="true">
            {unread > MOST ? `${MOST}+` : unread}
          </span>
        )}
        {notes.length > 0 && <span class="sr-only">{[title, ...notes].join(", ")}</span>}
      </a>
    </li>
  );
}

function Sign({ channel, others }: { channel: ChannelState; others: number[] }) {
  if (channel.kind !== "direct") return <Icon name={channel.kind === "private" ? "lock" : "hash"} />;
  const [only] = others;
  if (others.length === 1 && only !== undefined) return <Avatar userId={only} size="small" presence />;
  return others.length === 0 ? <Icon name="chat" /> : <span class="group-count">{others.length}</span>;
}
