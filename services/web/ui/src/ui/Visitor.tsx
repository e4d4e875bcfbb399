import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { joinChannel, readChannel } from "../sync/channels";
import type { Channel } from "../types";
import { attempt } from "./attempt";
import { ConversationHeader } from "./ConversationHeader";
import { Notice } from "./Notice";
import { navigate } from "./router";
import { SkeletonList } from "./Skeleton";

/** What a link to a channel shows whom it is not theirs: an invitation to join a public one, else that it is not here. */
export function Visitor({ channelId, path }: { channelId: number; path: string }) {
  const found = useSignal<Channel | null | undefined>(undefined);
  useEffect(() => {
    let current = true;
    found.value = undefined;
    void readChannel(channelId)
      .catch(() => null)
      .then((channel) => current && (found.value = channel));
    return () => {
      current = false;
    };
  }, [channelId]);

  const channel = found.value;
  if (channel === undefined) {
    return (
      <main class="conversation">
        <ConversationHeader title="" />
        <SkeletonList />
      </main>
    );
  }
  if (channel === null || channel.archived_at !== null) {
    return (
      <main class="conversation">
        <ConversationHeader title="Not found" />
        <Notice icon="search" title="This conversation is not here" body="It may be private, archived, or the link may be incomplete.">
          <a class="button is-primary" href="/">
            Open my channels
          </a>
        </Notice>
      </main>
    );
  }
  const name = channel.name ?? "";
  const join = (): void => {
    void attempt(() => joinChannel(channelId)).then((joined) => joined && navigate(path, true));
  };
  return (
    <main class="conversation" aria-label={name}>
      <ConversationHeader title={name} />
      <Notice icon="hash" title={`You are not in ${name}`} body={channel.topic || "It is a public channel: join to read and write in it."}>
        <button type="button" class="button is-primary" onClick={join}>
          Join {name}
        </button>
      </Notice>
    </main>
  );
}
