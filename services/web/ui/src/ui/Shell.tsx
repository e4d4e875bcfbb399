import { useEffect } from "preact/hooks";
import { dialog, drawerOpen, panelOpen, route } from "../state/screen";
import { channels, rail } from "../state/store";
import { Announcer } from "./Announcer";
import { Banner } from "./Banner";
import { Conversation } from "./Conversation";
import { ConversationHeader } from "./ConversationHeader";
import { Dialogs } from "./Dialogs";
import { fetchAhead } from "./lazy";
import { Notice } from "./Notice";
import { Panel } from "./Panel";
import { Rail } from "./Rail";
import { shortcut } from "./shortcut";
import { Toasts } from "./Toasts";

/** Milliseconds after which the first paint is done and the rest may be fetched. */
const SETTLED = 800;

/** The whole chat: rail, conversation, and the panel on demand. */
export function Shell() {
  useEffect(() => {
    const timer = setTimeout(fetchAhead, SETTLED);
    return () => clearTimeout(timer);
  }, []);
  const here = route.value;
  const channelId = here.page === "channel" ? here.channelId : null;
  return (
    <div class={`shell ${panelOpen.value && channelId !== null ? "has-panel" : ""}`}>
      {channelId !== null && channels.value[channelId]?.archived_at === null && (
        <a class="skip" href="#composer">
          Skip to the message field
        </a>
      )}
      <Rail />
      {drawerOpen.value && <div class="veil" onClick={() => (drawerOpen.value = false)} />}
      {channelId !== null ? <Conversation key={channelId} channelId={channelId} messageId={here.page === "channel" ? here.messageId : null} visit={here} /> : <Home />}
      {panelOpen.value && channelId !== null && <Panel key={channelId} channelId={channelId} />}
      <Dialogs />
      {dialog.value === null && <Toasts />}
      <Announcer />
    </div>
  );
}

function Home() {
  const none = rail.value.channels.length === 0;
  return (
    <main class="conversation">
      <ConversationHeader title="Welcome" />
      <Banner />
      <Notice icon="chat" title={none ? "Nothing here yet" : "Choose a channel"} body={none ? "Join a channel that exists, or create the first one." : `Your channels are in the list. ${shortcut("K")} finds any of them.`}>
        <button type="button" class="button is-primary" onClick={() => (dialog.value = { name: none ? "create" : "browse" })}>
          {none ? "Create channel" : "Browse channels"}
        </button>
      </Notice>
    </main>
  );
}
