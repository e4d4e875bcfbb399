import { useSignal } from "@preact/signals";
import { closeDialog, toast } from "../state/screen";
import { installation, me, preferences } from "../state/store";
import { changeProfile, isAdministrator, makeInvite, signOut } from "../sync/account";
import { exportOwnData, save } from "../sync/exports";
import { allowNotifications, notificationsAllowed } from "../sync/notifications";
import { changePreferences } from "../sync/preferences";
import { wordsOf } from "../sync/problem";
import type { Theme } from "../types";
import { attempt } from "./attempt";
import { copyText } from "./clipboard";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { FormProblem } from "./FormProblem";
import { Icon } from "./Icon";
import { useForm } from "./useForm";

export default function PreferencesDialog() {
  return (
    <Dialog title="Preferences" wide>
      <div class="sections">
        <Profile />
        <Appearance />
        <Notifications />
        <Password />
        {isAdministrator() && <Invite />}
        <OwnData />
        <section class="section section-end">
          <button type="button" class="button" onClick={() => void attempt(signOut)}>
            <Icon name="exit" /> Sign out
          </button>
          <small>
            Flack {installation.value.version}. Drafts stay in this browser. {isAdministrator() && <a href="/scale">Scale</a>}
          </small>
        </section>
      </div>
    </Dialog>
  );
}

function Profile() {
  const { busy, problem, fields, sends } = useForm();
  const user = me.value;
  if (!user) return null;
  const send = async ({ display_name = "", nickname = "" }: Record<string, string>): Promise<void> => {
    await changeProfile({ display_name: display_name.trim(), nickname: nickname.trim() });
    toast("Profile saved", null, 2500);
  };
  return (
    <form class="section form" {...sends(send)}>
      <h3>Profile</h3>
      <FormProblem text={problem.value} />
      <div class="columns">
        <Field label="Your name" name="display_name" longest={64} autocomplete="name" defaultValue={user.display_name} error={fields.value["display_name"]} />
        <Field label="Nickname" name="nickname" longest={32} autocomplete="username" required defaultValue={user.nickname} error={fields.value["nickname"]} />
      </div>
      <button type="submit" class="button" aria-disabled={busy.value}>
        Save profile
      </button>
    </form>
  );
}

const THEMES: [Theme, string][] = [
  ["auto", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function Appearance() {
  return (
    <fieldset class="section">
      <legend>Appearance</legend>
      <div class="segments">
        {THEMES.map(([theme, label]) => (
          <label key={theme} class="segment">
            <input type="radio" name="theme" value={theme} checked={preferences.value?.theme === theme} onChange={() => void attempt(() => changePreferences({ theme }))} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Notifications() {
  const problem = useSignal<string | null>(null);
  const on = (preferences.value?.desktop_notifications ?? false) && notificationsAllowed();
  const change = async (): Promise<void> => {
    problem.value = null;
    if (on) {
      await changePreferences({ desktop_notifications: false });
      return;
    }
    const answer = await allowNotifications();
    if (answer === "allowed") await changePreferences({ desktop_notifications: true });
    else problem.value = answer === "missing" ? "This browser has no desktop notifications." : "The browser refused. Allow notifications for this page in its settings.";
  };
  return (
    <section class="section">
      <h3>Notifications</h3>
      <p class="section-line">
        <span>{on ? "This browser shows new messages on the desktop." : "New messages are not shown on the desktop."}</span>
        <button type="button" class="button" onClick={() => void attempt(change)}>
          {on ? "Turn off" : "Turn on"}
        </button>
      </p>
      {problem.value !== null && (
        <p class="field-error" role="alert">
          {problem.value}
        </p>
      )}
    </section>
  );
}

function Password() {
  const { busy, problem, fields, sends } = useForm();
  const send = async ({ current_password = "", password = "" }: Record<string, string>): Promise<void> => {
    await changeProfile({ current_password, password });
    toast("Password changed", null, 2500);
    closeDialog();
  };
  return (
    <form class="section form" {...sends(send)}>
      <h3>Password</h3>
      <FormProblem text={problem.value} />
      <input class="sr-only" type="text" name="username" autocomplete="username" tabIndex={-1} aria-hidden="true" defaultValue={me.value?.nickname ?? ""} />
      <div class="columns">
        <Field label="Current password" name="current_password" type="password" autocomplete="current-password" required error={fields.value["current_password"]} />
        <Field label="New password" name="password" type="password" autocomplete="new-password" required minLength={8} error={fields.value["password"]} />
      </div>
      <button type="submit" class="button" aria-disabled={busy.value}>
        Change password
      </button>
    </form>
  );
}

function Invite() {
  const link = useSignal<string | null>(null);
  return (
    <section class="section">
      <h3>Invite people</h3>
      {link.value === null ? (
        <p class="section-line">
          <span>A link with which one person can create an account.</span>
          <button type="button" class="button" onClick={() => void attempt(async () => (link.value = await makeInvite()))}>
            Create link
          </button>
        </p>
      ) : (
        <p class="section-line">
          <input class="copy-field" aria-label="Invitation link" readOnly value={link.value} onFocus={(event) => event.currentTarget.select()} />
          <button type="button" class="button" onClick={() => void attempt(() => copyText(link.value ?? ""), "Link copied")}>
            <Icon name="copy" /> Copy
          </button>
        </p>
      )}
    </section>
  );
}

function OwnData() {
  const share = useSignal<number | null>(null);
  const problem = useSignal<string | null>(null);
  const run = async (): Promise<void> => {
    if (share.value !== null) return;
    problem.value = null;
    share.value = 0;
    try {
      save(await exportOwnData((value) => (share.value = value)), "flack-export.jsonl");
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      share.value = null;
    }
  };
  return (
    <section class="section">
      <h3>Your data</h3>
      <p class="section-line">
        {share.value === null ? <span>Everything you wrote, as one file.</span> : <progress aria-label="Export" max={1} value={share.value} />}
        <button type="button" class="button" aria-disabled={share.value !== null} onClick={() => void run()}>
          <Icon name="download" /> {share.value === null ? "Export" : `${Math.round(share.value * 100)} %`}
        </button>
      </p>
      {problem.value !== null && (
        <p class="field-error" role="alert">
          {problem.value}
        </p>
      )}
    </section>
  );
}
