import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { closeDialog } from "../state/screen";
import { nameOf } from "../state/users";
import { openDirect } from "../sync/channels";
import type { User } from "../types";
import { Avatar } from "./Avatar";
import { isComposing } from "./composing";
import { Dialog } from "./Dialog";
import { FormProblem } from "./FormProblem";
import { Icon } from "./Icon";
import { usePeople } from "./usePeople";
import { useForm } from "./useForm";

/** The most people beside oneself in one direct conversation. */
const MOST = 7;

export default function DirectDialog() {
  const query = useSignal("");
  const chosen = useSignal<readonly User[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const people = usePeople(query.value);
  const { busy, problem, sends } = useForm();
  const notChosen = (user: User): boolean => !chosen.value.some((other) => other.id === user.id);
  const open = people.shown.filter(notChosen);
  const full = chosen.value.length >= MOST;

  const choose = (user: User): void => {
    if (chosen.value.length < MOST) chosen.value = [...chosen.value, user];
    query.value = "";
    field.current?.focus();
  };
  const drop = (user: User): void => {
    chosen.value = chosen.value.filter((other) => other.id !== user.id);
    field.current?.focus();
  };
  const send = async (): Promise<void> => {
    if (chosen.value.length === 0) throw new Error("Choose at least one person.");
    await openDirect(chosen.value.map((user) => user.id));
    closeDialog();
  };

  return (
    <Dialog title="New direct message">
      <form class="form" {...sends(send)}>
        <FormProblem text={problem.value} />
        <div class="chips">
          {chosen.value.map((user) => (
            <button key={user.id} type="button" class="chip" aria-label={`Take out ${nameOf(user)}`} onClick={() => drop(user)}>
              {nameOf(user)} <Icon name="close" />
            </button>
          ))}
          <input
            ref={field}
            class="chips-field"
            aria-label="Find people by name"
            placeholder={chosen.value.length === 0 ? "Find people by name" : "Add another"}
            autofocus
            autocomplete="off"
            value={query.value}
            onInput={(event) => (query.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (isComposing(event)) return;
              const last = chosen.value.at(-1);
              if (event.key === "Backspace" && query.value === "" && last) drop(last);
              if (event.key === "Enter" && query.value !== "") {
                event.preventDefault();
                people.whenFound((found) => {
                  const first = found.find(notChosen);
                  if (first) choose(first);
                });
              }
            }}
          />
        </div>
        <ul class="pick-list">
          {open.map((user) => (
            <li key={user.id}>
              <button type="button" class="pick" disabled={full} onClick={() => choose(user)}>
                <Avatar userId={user.id} size="small" presence />
                <span class="pick-names">
                  <strong class="cut">{nameOf(user)}</strong>
                  <small class="cut">@{user.nickname}</small>
                </span>
              </button>
            </li>
          ))}
          {open.length === 0 && <li class="pick-note">{people.problem ?? (query.value === "" ? "Type a name." : people.looking ? "Looking…" : "Nobody by that name.")}</li>}
        </ul>
        {full && <p class="field-hint">A direct message is between at most {MOST + 1} people. A private channel holds more.</p>}
        <div class="form-buttons">
          <button type="submit" class="button is-primary" disabled={chosen.value.length === 0} aria-disabled={busy.value}>
            Open conversation
          </button>
        </div>
      </form>
    </Dialog>
  );
}
