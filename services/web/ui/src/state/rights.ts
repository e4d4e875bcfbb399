import type { ChannelState, User } from "../types";

/** What the interface offers; the server decides. Owners manage a channel, administrators too. */
export function manages(channel: ChannelState, me: User | null): boolean {
  return channel.kind !== "direct" && (channel.role === "owner" || me?.role === "administrator");
}

/** Everybody stays in the channel that all of v1 lives in: it can be neither left nor archived. */
export function isGeneral(channel: ChannelState): boolean {
  return channel.kind === "public" && channel.name === "general";
}
