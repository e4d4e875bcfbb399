import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { joinChannel, readChannel } from "../sync/channels";
import { Problem, wordsOf } from "../sync/problem";
import type { Channel } from "../types";
import { attempt } from "./attempt";
import { ConversationHeader } from "./ConversationHeader";
import { Notice } from "./Notice";
import { navigate } from "./router";
import { SkeletonList } from "./Skeleton";
import { useReturn } from "./useReturn";

/** What a link to a channel shows whom it is not theirs: an invitation to join a public one, else that it is not here. */
export function Visitor({ channelId, path }: { channelId: number; path: string }) {
  const found = useSignal<Channel | null | undefined>(undefined);
  const problem = useSignal<string | null>(null);
  const load = async (): Promise<void> => {
    problem.value = null;
    try {
      found.value = await readChannel(channelId);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) found.value = null;
      else problem.value = wordsOf(error);
    }
  };
  useEffect(() => void load(), []);
  useReturn(() => {
    if (problem.value !== null) void load();
  });

  const channel = found.value;
  if (problem.value !== null) {
    return (
      <main class="conversation">
        <ConversationHeader title="" />
        <Notice icon="warning" title="This conversation could not be loaded" body={problem.value}>
          <button type="button" class="button is-primary" onClick={() => void load()}>
            Try again
          </button>
        </Notice>
      </main>
    );
  }
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
