import { titleOf } from "../state/channel_names";
import { loadProblems, now, panelOpen } from "../state/screen";
import { channels, chat } from "../state/store";
import { loadNewer, loadOlder } from "../sync/history";
import { Icon } from "./Icon";
import { SkeletonMessage } from "./Skeleton";
import { dayName, fullTime } from "./times";
import { useReturn } from "./useReturn";

export function DayRow({ rowKey, at }: { rowKey: string; at: string }) {
  const milliseconds = Date.parse(at);
  return (
    <div class="day" data-key={rowKey} role="separator">
      <time dateTime={at} title={fullTime(milliseconds)}>
        {dayName(milliseconds, now.value)}
      </time>
    </div>
  );
}

export function NewRow({ rowKey }: { rowKey: string }) {
  return (
    <div class="new-line" data-key={rowKey} role="separator">
      <span>New</span>
    </div>
  );
}

/** More is being fetched at this end, or could not be. */
export function LoadingRow({ rowKey, channelId }: { rowKey: string; channelId: number }) {
  const problem = loadProblems.value[channelId];
  const load = rowKey === "loading-before" ? loadOlder : loadNewer;
  const again = (): void => void load(channelId);
  useReturn(() => {
    if (problem !== undefined) again();
  });
  return (
    <div class="loading-row" data-key={rowKey}>
      {problem === undefined ? (
        <SkeletonMessage lines={2} />
      ) : (
        <p class="row-problem">
          {problem}{" "}
          <button type="button" class="text-button" onClick={again}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** The beginning of a channel: what it is and, where it is empty, an invitation to its first message. */
export function StartRow({ rowKey, channelId }: { rowKey: string; channelId: number }) {
  const state = chat.value;
  const channel = channels.value[channelId];
  if (!state || !channel) return <div data-key={rowKey} />;
  const title = titleOf(state, channel);
  const direct = channel.kind === "direct";
  const empty = channel.last_position === 0;
  return (
    <div class="start" data-key={rowKey}>
      <span class="start-icon">
        <Icon name={direct ? "chat" : channel.kind === "private" ? "lock" : "hash"} />
      </span>
      <h2>{title}</h2>
      <p>
        {direct ? `Messages here are between you and ${title}.` : channel.topic || `This is the start of ${title}.`}
        {empty && " Write the first message: say hello, or what this is for."}
      </p>
      {!direct && channel.archived_at === null && (
        <button type="button" class="button" onClick={() => (panelOpen.value = true)}>
          <Icon name="people" /> Add people
        </button>
      )}
    </div>
  );
}
