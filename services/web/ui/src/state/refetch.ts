import type { StateAnswer } from "../types";
import { withChannel, withoutChannel } from "./memberships";
import { byId, channelOf, userStream, type State } from "./model";
import { withUsers } from "./users";

/**
 * The state after a fresh snapshot replaced the streams that could not be recovered. Channels whose streams were
 * recovered keep what is known, since their views hold the events up to that seq and not up to the snapshot's.
 */
export function withSnapshot(state: State, answer: StateAnswer, lost: readonly string[]): State {
  const fresh = byId(answer.channels);
  const mine = userStream(state.me.id);
  const userLost = lost.includes(mine);
  let next = withUsers(state, [...answer.users, answer.user]);
  for (const channel of Object.values(state.channels)) {
    if (!(channel.id in fresh)) next = withoutChannel(next, channel.id);
  }
  for (const stream of lost) {
    const id = channelOf(stream);
    const channel = id === null ? undefined : fresh[id];
    if (channel) next = withChannel(withoutChannel(next, channel.id), channel);
  }
  for (const channel of answer.channels) {
    const known = next.channels[channel.id];
    if (!known) next = withChannel(next, channel);
    else if (userLost) {
      const { role, joined_at } = channel;
      const last_read_position = Math.max(known.last_read_position, channel.last_read_position);
      next = { ...next, channels: { ...next.channels, [channel.id]: { ...known, role, joined_at, last_read_position } } };
    }
  }
  if (!userLost) return next;
  const seq = answer.streams[mine];
  return { ...next, preferences: answer.preferences, streams: seq === undefined ? next.streams : { ...next.streams, [mine]: seq } };
}
