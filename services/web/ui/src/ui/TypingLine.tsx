import { typing } from "../state/screen";
import { me, users } from "../state/store";
import { nameOf } from "../state/users";

/** Who types in a channel, in a place that is always there, so that nothing moves. */
export function TypingLine({ channelId }: { channelId: number }) {
  const ids = Object.keys(typing.value[channelId] ?? {}).map(Number).filter((id) => id !== me.value?.id);
  return <span class="typing">{sentence(ids.map((id) => nameOf(users.value[id])))}</span>;
}

function sentence(names: string[]): string {
  const [first = "", second = ""] = names;
  if (names.length === 0) return "";
  if (names.length === 1) return `${first} is typing…`;
  if (names.length === 2) return `${first} and ${second} are typing…`;
  return "Several people are typing…";
}
