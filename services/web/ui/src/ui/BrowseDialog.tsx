import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { closeDialog, dialog } from "../state/screen";
import { joinChannel, listChannels } from "../sync/channels";
import type { ListedChannel } from "../types";
import { wordsOf } from "../sync/problem";
import { attempt } from "./attempt";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { Notice } from "./Notice";
import { useReturn } from "./useReturn";

const PAUSE = 150;

/** All public channels, searchable, to join or open. */
export default function BrowseDialog() {
  const query = useSignal("");
  const found = useSignal<ListedChannel[] | null>(null);
  const next = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const latest = useRef(0);

  const load = async (before: string | null): Promise<void> => {
    const asked = (latest.current += 1);
    try {
      const page = await listChannels(query.value, before);
      if (asked !== latest.current) return; // a later question has been asked
      found.value = before === null ? page.channels : [...(found.value ?? []), ...page.channels];
      next.value = page.next;
      problem.value = null;
    } catch (error) {
      if (asked !== latest.current) return;
      if (before === null) found.value = next.value = null; // what was found answers another question
      problem.value = wordsOf(error);
    }
  };
  useReturn(() => {
    if (problem.value !== null) void load(next.value);
  });
  useEffect(() => {
    const timer = setTimeout(() => void load(null), query.value === "" ? 0 : PAUSE);
    return () => clearTimeout(timer);
  }, [query.value]);

  return (
    <Dialog title="Browse channels" wide>
      <div class="search-field">
        <Icon name="search" />
        <input type="search" aria-label="Search channels" placeholder="Search by name or topic" autofocus value={query.value} onInput={(event) => (query.value = event.currentTarget.value)} />
      </div>
      <ul class="pick-list is-tall">
        {found.value?.map((channel) => (
          <li key={channel.id} class="pick">
            <Icon name="hash" />
            <span class="pick-names">
              <strong class="cut">{channel.name}</strong>
              <small class="cut">{noteOf(channel)}</small>
            </span>
            {channel.joined && (
              <a class="button is-small" href={`/c/${channel.id}`}>
                Open
              </a>
            )}
            {!channel.joined && channel.archived_at === null && (
              <button type="button" class="button is-small is-primary" aria-label={`Join ${channel.name ?? ""}`} onClick={() => void attempt(() => joinChannel(channel.id)).then((joined) => joined && closeDialog())}>
                Join
              </button>
            )}
          </li>
        ))}
        {next.value !== null && (
          <li class="pick-note">
            {problem.value}{" "}
            <button type="button" class="text-button" onClick={() => void load(next.value)}>
              {problem.value === null ? "Show more" : "Try again"}
            </button>
          </li>
        )}
      </ul>
      {found.value === null && problem.value === null && <p class="pick-note">Looking…</p>}
      {found.value === null && problem.value !== null && (
        <Notice icon="warning" title="Channels could not be loaded" body={problem.value}>
          <button type="button" class="button" onClick={() => void load(null)}>
            Try again
          </button>
        </Notice>
      )}
      {found.value?.length === 0 && (
        <Notice icon="hash" title="No channel found" body={query.value === "" ? "There are no public channels yet." : "No public channel matches that."}>
          <button type="button" class="button is-primary" onClick={() => (dialog.value = { name: "create" })}>
            Create channel
          </button>
        </Notice>
      )}
    </Dialog>
  );
}

function noteOf({ archived_at, member_count, topic }: ListedChannel): string {
  return [archived_at !== null && "Archived", `${member_count} ${member_count === 1 ? "member" : "members"}`, topic].filter(Boolean).join(" · ");
}
