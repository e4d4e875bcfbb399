import { useSignal } from "@preact/signals";
import { chat, me, users } from "../state/store";
import { isGeneral, manages } from "../state/rights";
import { nameOf } from "../state/users";
import { openDirect } from "../sync/channels";
import { addMember, changeRole, loadMembers, membersBehind, removeMember } from "../sync/members";
import type { ChannelState, Member } from "../types";
import { attempt } from "./attempt";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";
import { usePeople } from "./usePeople";

interface Props {
  channel: ChannelState;
  /** Why the list could not be loaded, in words. */
  problem: string | null;
  again: () => void;
}

export function Members({ channel, problem, again }: Props) {
  const list = chat.value?.members[channel.id];
  const live = channel.archived_at === null && channel.kind !== "direct";
  const sorted = [...(list ?? [])].sort((a, b) => Number(b.role === "owner") - Number(a.role === "owner") || nameAt(a).localeCompare(nameAt(b)));
  return (
    <section class="panel-section">
      <h3>
        Members <span class="muted">{channel.member_count}</span>
      </h3>
      {live && <AddMember channel={channel} />}
      {list === undefined && problem === null && <p class="pick-note">Loading members…</p>}
      {list === undefined && problem !== null && (
        <p class="pick-note" role="status">
          {problem}{" "}
          <button type="button" class="text-button" onClick={again}>
            Try again
          </button>
        </p>
      )}
      <ul class="members">
        {sorted.map((member) => (
          <MemberLine key={member.user_id} member={member} channel={channel} />
        ))}
      </ul>
      <MoreMembers channelId={channel.id} />
    </section>
  );
}

function MoreMembers({ channelId }: { channelId: number }) {
  const loading = useSignal(false);
  const behind = membersBehind.value[channelId] ?? null;
  if (behind === null) return null;
  const load = async (): Promise<void> => {
    if (loading.value) return;
    loading.value = true;
    await attempt(() => loadMembers(channelId, behind));
    loading.value = false;
  };
  return (
    <button type="button" class="text-button" aria-disabled={loading.value} onClick={() => void load()}>
      {loading.value ? "Loading…" : "Show more members"}
    </button>
  );
}

const nameAt = (member: Member): string => nameOf(users.value[member.user_id]);

function MemberLine({ member, channel }: { member: Member; channel: ChannelState }) {
  const user = users.value[member.user_id];
  const name = nameOf(user);
  const self = member.user_id === me.value?.id;
  const may = manages(channel, me.value) && !self;
  const owner = member.role === "owner";
  return (
    <li class="member">
      <button type="button" class="member-name" disabled={self} title={self ? undefined : `Message ${name}`} onClick={() => void attempt(() => openDirect([member.user_id]))}>
        <Avatar userId={member.user_id} size="small" presence />
        <span class="pick-names">
          <span class="cut">
            {name}
            {self && <span class="muted"> (you)</span>}
          </span>
          <small class="cut">
            @{user?.nickname}
            {owner && channel.kind !== "direct" && " · owner"}
          </small>
        </span>
      </button>
      {may && (
        <span class="member-doings">
          <IconButton icon={owner ? "down" : "up"} label={owner ? `Make ${name} a member` : `Make ${name} an owner`} onClick={() => void attempt(() => changeRole(channel.id, member.user_id, owner ? "member" : "owner"))} />
          {!isGeneral(channel) && <IconButton icon="close" label={`Remove ${name}`} onClick={() => void attempt(() => removeMember(channel.id, member.user_id), `${name} removed`)} />}
        </span>
      )}
    </li>
  );
}

function AddMember({ channel }: { channel: ChannelState }) {
  const query = useSignal("");
  const people = usePeople(query.value);
  const present = new Set(chat.value?.members[channel.id]?.map((member) => member.user_id));
  const found = query.value === "" ? [] : people.shown.filter((user) => !present.has(user.id)).slice(0, 6);
  const add = async (userId: number, name: string): Promise<void> => {
    if (await attempt(() => addMember(channel.id, userId), `${name} added`)) query.value = "";
  };
  return (
    <div class="add-member">
      <div class="search-field is-small">
        <Icon name="plus" />
        <input type="text" aria-label="Add people by name" placeholder="Add people by name" autocomplete="off" value={query.value} onInput={(event) => (query.value = event.currentTarget.value)} />
      </div>
      {query.value !== "" && (
        <ul class="pick-list">
          {found.map((user) => (
            <li key={user.id}>
              <button type="button" class="pick" onClick={() => void add(user.id, nameOf(user))}>
                <Avatar userId={user.id} size="small" />
                <span class="pick-names">
                  <strong class="cut">{nameOf(user)}</strong>
                  <small class="cut">@{user.nickname}</small>
                </span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li class="pick-note">{people.problem ?? (people.looking ? "Looking…" : "Nobody to add by that name.")}</li>}
        </ul>
      )}
    </div>
  );
}
