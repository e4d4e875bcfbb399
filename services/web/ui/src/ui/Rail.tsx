import { useEffect, useRef } from "preact/hooks";
import { dialog, drawerOpen } from "../state/screen";
import { installation, me, rail } from "../state/store";
import { nameOf } from "../state/users";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";
import { RailItem } from "./RailItem";
import { shortcut } from "./shortcut";

/** The list of channels and direct messages, and oneself. A drawer on narrow screens. */
export function Rail() {
  const user = me.value;
  const { channels, directs } = rail.value;
  const drawer = useRef<HTMLElement>(null);
  const open = drawerOpen.value;
  useEffect(() => {
    if (!open) return undefined;
    drawer.current?.querySelector<HTMLElement>(".rail-close")?.focus();
    return () => {
      if (drawer.current?.contains(document.activeElement)) document.querySelector<HTMLElement>(".header-menu")?.focus();
    };
  }, [open]);
  return (
    <nav ref={drawer} class={`rail ${open ? "is-open" : ""}`} aria-label="Channels">
      <div class="rail-head">
        <span class="rail-name cut">{installation.value.name}</span>
        <IconButton icon="close" label="Close channels" class="rail-close" onClick={() => (drawerOpen.value = false)} />
      </div>
      <button type="button" class="rail-jump" onClick={() => (dialog.value = { name: "jump" })}>
        <Icon name="search" /> <span>Jump to…</span> <kbd>{shortcut("K")}</kbd>
      </button>
      <div class="rail-lists">
        <section>
          <div class="rail-section">
            <h2>Channels</h2>
            <IconButton icon="search" label="Browse channels" onClick={() => (dialog.value = { name: "browse" })} />
            <IconButton icon="plus" label="Create channel" onClick={() => (dialog.value = { name: "create" })} />
          </div>
          <ul>
            {channels.map((channel) => (
              <RailItem key={channel.id} channel={channel} />
            ))}
          </ul>
          {channels.length === 0 && (
            <button type="button" class="rail-empty" onClick={() => (dialog.value = { name: "browse" })}>
              Find a channel to join
            </button>
          )}
        </section>
        <section>
          <div class="rail-section">
            <h2>Direct messages</h2>
            <IconButton icon="plus" label="New direct message" onClick={() => (dialog.value = { name: "direct" })} />
          </div>
          <ul>
            {directs.map((channel) => (
              <RailItem key={channel.id} channel={channel} />
            ))}
          </ul>
          {directs.length === 0 && (
            <button type="button" class="rail-empty" onClick={() => (dialog.value = { name: "direct" })}>
              Write to somebody
            </button>
          )}
        </section>
      </div>
      {user && (
        <button type="button" class="rail-me" onClick={() => (dialog.value = { name: "preferences" })}>
          <Avatar userId={user.id} presence />
          <span class="rail-me-names">
            <span class="rail-me-name cut">{nameOf(user)}</span>
            <span class="rail-me-nickname cut">@{user.nickname}</span>
          </span>
          <Icon name="settings" />
          <span class="sr-only">preferences</span>
        </button>
      )}
    </nav>
  );
}
