import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { othersIn, titleOf, unreadShown } from "../state/channel_names";
import { closeDialog } from "../state/screen";
import { chat } from "../state/store";
import { nameOf } from "../state/users";
import { openDirect } from "../sync/channels";
import type { User } from "../types";
import { attempt } from "./attempt";
import { Avatar } from "./Avatar";
import { isComposing } from "./composing";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { navigate } from "./router";
import { usePeople } from "./usePeople";

const MOST = 12;

interface Place {
  key: string;
  title: string;
  note: string;
  userId: number | null;
  locked: boolean;
  unread: number;
  go: () => void;
}

/** Jumps to a channel or person by a few letters. */
export default function JumpDialog() {
  const query = useSignal("");
  const at = useSignal(0);
  const people = usePeople(query.value);
  const places = placesFor(query.value, people.found);
  const chosen = Math.min(at.value, places.length - 1);
  useEffect(() => {
    document.querySelector(`#jump-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      at.value = (chosen + step + places.length) % Math.max(1, places.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (places[chosen]) places[chosen].go();
      else people.whenFound((found) => placesFor(query.value, found)[0]?.go());
    }
  };

  return (
    <Dialog title="Jump to" bare>
      <div class="search-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="jump-list"
          aria-activedescendant={places.length > 0 ? `jump-${chosen}` : undefined}
          aria-label="Channel or person"
          placeholder="Channel or person"
          autofocus
          autocomplete="off"
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
            at.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul class="pick-list" id="jump-list" role="listbox" aria-label="Places">
        {places.map((place, index) => (
          <li key={place.key} id={`jump-${index}`} role="option" aria-selected={index === chosen} class={`pick ${index === chosen ? "is-chosen" : ""}`} onClick={place.go} onPointerMove={() => (at.value = index)}>
            {place.userId === null ? <Icon name={place.locked ? "lock" : "hash"} /> : <Avatar userId={place.userId} size="small" presence />}
            <strong class="cut">{place.title}</strong>
            <small class="cut">{place.note}</small>
            {place.unread > 0 && <span class="count">{place.unread}</span>}
          </li>
        ))}
      </ul>
      {places.length === 0 && <p class="pick-note">{people.problem ?? (people.looking ? "Looking…" : "Nothing by that name.")}</p>}
    </Dialog>
  );
}

function placesFor(query: string, found: readonly User[]): Place[] {
  const state = chat.value;
  if (!state) return [];
  const wanted = query.trim().toLowerCase().replace(/^[#@]/, "");
  const direct = new Set<number>();
  const channels = Object.values(state.channels).map((channel): Place & { rank: number } => {
    const title = titleOf(state, channel);
    const [other, second] = othersIn(state, channel);
    if (channel.kind === "direct" && other !== undefined && second === undefined) direct.add(other);
    const found = title.toLowerCase().indexOf(wanted);
    const unread = unreadShown(state, channel);
    const rank = found < 0 ? -1 : (found === 0 ? 2 : 1) + (unread > 0 ? 0.5 : 0) - (channel.archived_at === null ? 0 : 1);
    const go = (): void => navigate(`/c/${channel.id}`);
    const note = channel.archived_at === null ? channel.topic : "Archived";
    return { key: `channel-${channel.id}`, title, note, userId: channel.kind === "direct" ? (other ?? state.me.id) : null, locked: channel.kind === "private", unread, go, rank };
  });
  const known = channels.filter((place) => place.rank >= 0).sort((a, b) => b.rank - a.rank || a.title.localeCompare(b.title));
  const people = wanted === "" ? [] : found.filter(({ id }) => !direct.has(id)).map((user): Place => {
    const { id } = user;
    const go = (): void => void attempt(() => openDirect([id])).then((opened) => opened && closeDialog());
    return { key: `user-${id}`, title: nameOf(user), note: `@${user.nickname}`, userId: id, locked: false, unread: 0, go };
  });
  return [...known, ...people].slice(0, MOST);
}
