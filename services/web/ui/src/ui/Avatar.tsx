import { useEffect } from "preact/hooks";
import { online } from "../state/screen";
import { users } from "../state/store";
import { colourOf, initialsOf, nameOf } from "../state/users";
import { showPerson } from "../sync/presence";

/** Initials on a colour of the person's own. With `presence`, also whether they are here. */
export function Avatar({ userId, size = "medium", presence = false }: { userId: number; size?: "small" | "medium"; presence?: boolean }) {
  const name = nameOf(users.value[userId]);
  return (
    <span class={`avatar avatar-${size} avatar-colour-${colourOf(userId)}`} aria-hidden="true">
      {initialsOf(name, size === "small" ? 1 : 2)}
      {presence && <Presence userId={userId} />}
    </span>
  );
}

function Presence({ userId }: { userId: number }) {
  useEffect(() => showPerson(userId), [userId]);
  return <span class={`presence ${online.value.has(userId) ? "is-online" : ""}`} />;
}
