import { othersIn } from "../state/channel_names";
import { dialog, drawerOpen, panelOpen } from "../state/screen";
import { chat, totalUnread } from "../state/store";
import type { ChannelState } from "../types";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";
import { shortcut } from "./shortcut";

export function ConversationHeader({ title, channel }: { title: string; channel?: ChannelState }) {
  const others = channel?.kind === "direct" && chat.value ? othersIn(chat.value, channel) : [];
  return (
    <header class="header">
      <IconButton icon="menu" label={totalUnread.value > 0 ? `Channels, ${totalUnread.value} unread` : "Channels"} class={`header-menu ${totalUnread.value > 0 ? "has-new" : ""}`} aria-expanded={drawerOpen.value} onClick={() => (drawerOpen.value = true)} />
      <div class="header-title">
        <h1>
          {channel?.kind === "direct" ? others.length === 1 && others[0] !== undefined && <Avatar userId={others[0]} size="small" presence /> : channel && <Icon name={channel.kind === "private" ? "lock" : "hash"} />}
          <span class="cut">{title}</span>
        </h1>
        {channel?.topic && (
          <p class="header-topic cut" title={channel.topic}>
            {channel.topic}
          </p>
        )}
      </div>
      <IconButton icon="search" label={`Jump to (${shortcut("K")})`} onClick={() => (dialog.value = { name: "jump" })} />
      {channel && (
        <button type="button" class="header-members" aria-label={`${channel.member_count} members, details`} title="Members and details" aria-pressed={panelOpen.value} onClick={() => (panelOpen.value = !panelOpen.value)}>
          <Icon name="people" /> {channel.member_count}
        </button>
      )}
    </header>
  );
}
