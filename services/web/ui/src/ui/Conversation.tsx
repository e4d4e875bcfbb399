import { useEffect, useRef } from "preact/hooks";
import { titleOf, unreadOf } from "../state/channel_names";
import { withTrimmedView } from "../state/messages";
import { loadProblems, target } from "../state/screen";
import { manages } from "../state/rights";
import { channels, chat, me, update } from "../state/store";
import { archiveChannel } from "../sync/channels";
import { goToMessage, loadLatest } from "../sync/history";
import { Composer } from "./Composer";
import { ConversationHeader } from "./ConversationHeader";
import { Banner } from "./Banner";
import { attempt } from "./attempt";
import { MessageList } from "./MessageList";
import { Notice } from "./Notice";
import { SkeletonList } from "./Skeleton";
import { useReturn } from "./useReturn";
import { Visitor } from "./Visitor";

/** Unread messages up to which a visit starts at the first of them; beyond, it starts at the end with a way back. */
const START_AT_UNREAD = 40;

/** Messages kept of a channel that was left. */
const KEPT = 150;

/** A channel: its header, its messages, and where to write. Made anew for each channel; `visit` is another each time somebody comes. */
export function Conversation({ channelId, messageId, visit }: { channelId: number; messageId: number | null; visit: object }) {
  const channel = channels.value[channelId];
  const known = chat.value?.views[channelId] !== undefined;
  const problem = loadProblems.value[channelId];
  const here = channel !== undefined;

  useEffect(() => {
    if (here && messageId !== null) void goToMessage(channelId, messageId);
  }, [channelId, messageId, here, visit]); // the same link, clicked again, leads there again

  useEffect(() => {
    const start = chat.peek()?.channels[channelId];
    const unread = start ? unreadOf(start) : 0;
    if (start && messageId === null && unread > 0 && unread <= START_AT_UNREAD) {
      target.value = { channelId, position: start.last_read_position + 1, mark: false };
    }
  }, [channelId, messageId, here]);

  useEffect(() => () => update((state) => withTrimmedView(state, channelId, KEPT)), [channelId]);

  const load = (): void => void (messageId === null ? loadLatest(channelId) : goToMessage(channelId, messageId));
  const wasKnown = useRef(false);
  useEffect(() => {
    if (here && !known && (messageId === null || wasKnown.current)) load(); // a link's own messages are loaded above
    wasKnown.current = known;
  }, [channelId, messageId, known, here]);

  useReturn(() => {
    if (here && !known && problem !== undefined) load();
  });

  if (!channel || !chat.value) {
    return <Visitor channelId={channelId} path={messageId === null ? `/c/${channelId}` : `/c/${channelId}/m/${messageId}`} />;
  }
  return (
    <main class="conversation" aria-label={titleOf(chat.value, channel)}>
      <ConversationHeader title={titleOf(chat.value, channel)} channel={channel} />
      <Banner />
      {known ? (
        <MessageList channelId={channelId} />
      ) : problem === undefined ? (
        <SkeletonList />
      ) : (
        <Notice icon="warning" title="The messages could not be loaded" body={problem}>
          <button type="button" class="button is-primary" onClick={load}>
            Try again
          </button>
        </Notice>
      )}
      {channel.archived_at === null ? (
        <Composer channel={channel} />
      ) : (
        <div class="archived">
          <span>This channel is archived. It can be read, not written.</span>
          {manages(channel, me.value) && (
            <button type="button" class="button is-small" onClick={() => void attempt(() => archiveChannel(channelId, false))}>
              Take out of the archive
            </button>
          )}
        </div>
      )}
    </main>
  );
}
