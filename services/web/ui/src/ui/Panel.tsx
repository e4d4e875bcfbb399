import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { titleOf } from "../state/channel_names";
import { dialog, panelOpen, toast } from "../state/screen";
import { isGeneral, manages } from "../state/rights";
import { channels, chat, me, muted } from "../state/store";
import { archiveChannel, changeChannel, leaveChannel } from "../sync/channels";
import { loadMembers } from "../sync/members";
import { changePreferences } from "../sync/preferences";
import { wordsOf } from "../sync/problem";
import type { ChannelState } from "../types";
import { attempt } from "./attempt";
import { ChannelNameField } from "./ChannelNameField";
import { Field } from "./Field";
import { focusComposer } from "./focus";
import { FormProblem } from "./FormProblem";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";
import { Members } from "./Members";
import { navigate } from "./router";
import { useForm } from "./useForm";
import { useReturn } from "./useReturn";

/** Who is in a channel, and what can be done with it. */
export function Panel({ channelId }: { channelId: number }) {
  const channel = channels.value[channelId];
  const known = chat.value?.members[channelId] !== undefined;
  const here = channel !== undefined;
  const problem = useSignal<string | null>(null);
  const load = async (): Promise<void> => {
    try {
      await loadMembers(channelId);
      problem.value = null;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  };
  useEffect(() => {
    if (!known && here) void load();
  }, [channelId, known, here]);
  useReturn(() => {
    if (problem.value !== null) void load();
  });
  if (!channel || !chat.value) return null;
  const close = (): void => {
    panelOpen.value = false;
    focusComposer();
  };
  return (
    <aside class="panel" aria-label="Details">
      <div class="panel-head">
        <h2 class="cut">{titleOf(chat.value, channel)}</h2>
        <IconButton icon="close" label="Close details" onClick={close} />
      </div>
      <div class="panel-body">
        {channel.kind !== "direct" && (channel.archived_at === null ? <Details channel={channel} /> : channel.topic && <p class="panel-topic">{channel.topic}</p>)}
        <Members channel={channel} problem={problem.value} again={() => void load()} />
        <Doings channel={channel} />
      </div>
    </aside>
  );
}

function Details({ channel }: { channel: ChannelState }) {
  const { busy, problem, fields, sends } = useForm();
  const named = manages(channel, me.value) && !isGeneral(channel); // the topic is everybody's
  const send = async ({ name = channel.name ?? "", topic = "" }: Record<string, string>): Promise<void> => {
    const change: { name?: string; topic?: string } = {};
    if (name !== channel.name) change.name = name;
    if (topic.trim() !== channel.topic) change.topic = topic.trim();
    if (Object.keys(change).length > 0) await changeChannel(channel.id, change).then(() => toast("Saved", null, 2500));
  };
  return (
    <form class="form panel-section" {...sends(send)}>
      <FormProblem text={problem.value} />
      {named && <ChannelNameField before={channel.name ?? ""} error={fields.value["name"]} />}
      <Field label="Topic" name="topic" longest={250} autocomplete="off" defaultValue={channel.topic} error={fields.value["topic"]} />
      <button type="submit" class="button is-small" aria-disabled={busy.value}>
        {named ? "Save name and topic" : "Save topic"}
      </button>
    </form>
  );
}

function Doings({ channel }: { channel: ChannelState }) {
  const quiet = muted.value.includes(channel.id);
  const mute = (): Promise<void> =>
    changePreferences({ muted_channel_ids: quiet ? muted.value.filter((id) => id !== channel.id) : [...muted.value, channel.id] });
  const name = channel.name ?? "this conversation";
  return (
    <div class="panel-section panel-doings">
      <button type="button" class="line-button" aria-pressed={quiet} onClick={() => void attempt(mute)}>
        <Icon name="quiet" /> {quiet ? "Unmute" : "Mute"}
      </button>
      {channel.kind !== "direct" && !isGeneral(channel) && (
        <>
          {manages(channel, me.value) && (
            <button
              type="button"
              class="line-button"
              onClick={() =>
                channel.archived_at === null
                  ? confirm(`Archive ${name}?`, "Its members can still read it, and nobody can write. You can take it out of the archive again.", "Archive channel", () => archiveChannel(channel.id, true))
                  : void attempt(() => archiveChannel(channel.id, false))
              }
            >
              <Icon name="archive" /> {channel.archived_at === null ? "Archive channel" : "Take out of the archive"}
            </button>
          )}
          <button
            type="button"
            class="line-button is-danger"
            onClick={() =>
              confirm(`Leave ${name}?`, wordsOnLeaving(channel), "Leave channel", async () => {
                await leaveChannel(channel.id);
                navigate("/");
              })
            }
          >
            <Icon name="exit" /> Leave channel
          </button>
        </>
      )}
    </div>
  );
}

function wordsOnLeaving(channel: ChannelState): string {
  if (channel.archived_at !== null) return "It is archived: you cannot come back as long as it is.";
  return channel.kind === "private" ? "It is private: to come back, a member has to add you." : "You can join again at any time.";
}

function confirm(title: string, body: string, action: string, run: () => Promise<void>): void {
  dialog.value = { name: "confirm", title, body, action, run };
}
