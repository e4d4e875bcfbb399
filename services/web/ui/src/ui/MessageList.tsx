import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { unreadOf } from "../state/channel_names";
import { rowKey, rowsOf, type Row } from "../state/rows";
import { deleting, focused, loadProblems, now, showReconnecting, target } from "../state/screen";
import { chat, me, outbox } from "../state/store";
import { goTo, loadLatest, loadNewer, loadOlder } from "../sync/history";
import { markRead } from "../sync/reads";
import { focusComposer } from "./focus";
import { Icon } from "./Icon";
import { ListWindow } from "./listWindow";
import { makeDraw } from "./drawRows";
import { moveFocus, useFollowOwn, useNewLine } from "./newLine";
import { dayName, startOfDay } from "./times";

/** Pixels from either end at which more messages are fetched. */
const FETCH_AHEAD = 1500;
/** How long a message that was linked to stays marked, in milliseconds. */
const MARKED = 2500;

/** The messages of a channel: a window of rows with measured heights, in which nothing moves under the reader. */
export function MessageList({ channelId }: { channelId: number }) {
  const scroller = useRef<HTMLDivElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const below = useRef<HTMLDivElement>(null);
  const list = useMemo(() => new ListWindow(channelId), [channelId]);
  const draw = useMemo(() => makeDraw(), [channelId]);
  const redraw = useSignal(0);
  const marked = useSignal<string | null>(null);
  const atEnd = useSignal(true);
  const topDay = useSignal<number | null>(null);
  const lineAbove = useSignal(false);

  const channel = useComputed(() => chat.value?.channels[channelId]);
  const view = useComputed(() => chat.value?.views[channelId]);
  const mine = useComputed(() => outbox.value.filter((item) => item.channel_id === channelId));
  const newAfter = useNewLine(channelId, atEnd);
  const rows = useComputed<Row[]>(() =>
    rowsOf({
      messages: view.value?.messages ?? [],
      pending: mine.value,
      hasBefore: view.value?.hasBefore ?? false,
      hasAfter: view.value?.hasAfter ?? false,
      newAfter: newAfter.value,
      me: me.value?.id ?? 0,
    }),
  );

  const turn = redraw.value; // drawn again when the window moves
  list.update(rows.value, scroller.current);

  const look = (): void => {
    const box = scroller.current;
    if (!box) return;
    const { top, lastPosition } = list.inSight(box, showReconnecting.peek() ? 2 : 1);
    atEnd.value = list.isNearEnd(box) && !view.peek()?.hasAfter;
    const day = top?.kind === "message" ? startOfDay(Date.parse(top.message.created_at)) : null;
    if (topDay.peek() !== day) topDay.value = day; // drawn again once a day, not once a message
    lineAbove.value = list.isAbove("new", box);
    if (focused.peek()) markRead(channelId, lastPosition);
    if (loadProblems.peek()[channelId] !== undefined) return;
    if (box.scrollTop < FETCH_AHEAD) void loadOlder(channelId);
    if (box.scrollHeight - box.scrollTop - box.clientHeight < FETCH_AHEAD) void loadNewer(channelId);
  };

  const settle = (): void => {
    if (!scroller.current || !above.current || !below.current) return;
    if (list.settle(scroller.current, above.current, below.current)) redraw.value += 1;
    look();
  };

  useLayoutEffect(() => {
    aimAtTarget();
    settle();
  });

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(settle);
    observer.observe(box);
    const content = new MutationObserver(() => watch());
    const watch = (): void => {
      for (const child of box.children) observer.observe(child);
    };
    content.observe(box, { childList: true });
    watch();
    return () => {
      observer.disconnect();
      content.disconnect();
    };
  }, [list]);

  useSignalEffect(() => {
    if (focused.value) look();
  });

  const aimAtTarget = (): void => {
    const wanted = target.value;
    if (wanted?.channelId !== channelId || !scroller.current || !view.value) return;
    const message = view.value.messages.find((other) => other.position >= wanted.position);
    const key = wanted.mark ? message && rowKey(message) : "new";
    if (key === undefined || !list.aim(key, scroller.current, 0.25)) {
      if (!message || !list.aim(rowKey(message), scroller.current, 0.25)) return;
    }
    target.value = null;
    list.update([...rows.value], scroller.current);
    redraw.value += 1;
    if (!wanted.mark || key === undefined) return;
    marked.value = key;
    setTimeout(() => {
      if (marked.value === key) marked.value = null;
    }, MARKED);
  };

  const toEnd = (): void => {
    list.follow();
    if (view.value?.hasAfter) void loadLatest(channelId).then(settle);
    list.update([...rows.value], scroller.current);
    redraw.value += 1;
  };

  const toEndAndType = (): void => {
    toEnd();
    focusComposer();
  };

  useFollowOwn(mine, toEnd);

  const unread = channel.value ? unreadOf(channel.value) : 0;
  const line = newAfter.value;
  return (
    <div class="list" data-turn={turn}>
      {topDay.value !== null && (
        <div class="day day-top" aria-hidden="true">
          {dayName(topDay.value, now.value)}
        </div>
      )}
      <div
        ref={scroller}
        class="list-scroller"
        role="log"
        aria-live="off"
        aria-label="Messages"
        tabIndex={0}
        onScroll={() => {
          if (scroller.current && list.scrolled(scroller.current)) redraw.value += 1;
          look();
        }}
        onKeyDown={moveFocus}
      >
        <div ref={above} />
        {draw(rows.value.slice(list.span.start, list.span.end), channelId, marked.value, deleting.value)}
        <div ref={below} />
      </div>
      {line !== null && lineAbove.value && (
        <button type="button" class="pill pill-top" onClick={() => void goTo(channelId, line + 1, false)}>
          <Icon name="up" /> Jump to first unread
        </button>
      )}
      {!atEnd.value && (
        <button type="button" class={`pill pill-bottom ${unread > 0 ? "is-new" : ""}`} onClick={toEndAndType}>
          {unread > 0 ? `${unread.toLocaleString()} new ${unread === 1 ? "message" : "messages"}` : "Jump to latest"} <Icon name="down" />
        </button>
      )}
    </div>
  );
}
