import { installation, me, update } from "../state/store";
import { withUsers } from "../state/users";
import type { StateAnswer, User } from "../types";
import { navigate, pathAfterSignIn } from "../ui/router";
import { api, post } from "./api";
import { commitDeletions } from "./deletions";
import { Problem } from "./problem";
import { flush } from "./reads";
import { forgetToken, pageRequest } from "./session";
import { running, start } from "./start";

export interface SignUp {
  nickname: string;
  password: string;
  display_name?: string;
  invite?: string;
}

export async function signIn(nickname: string, password: string): Promise<void> {
  await pageRequest("/session", "POST", { nickname, password });
  await enter();
}

export async function signUp(person: SignUp): Promise<void> {
  await pageRequest("/session/sign-up", "POST", person);
  await enter();
}

/** Signs out. Drafts and messages on their way stay in this browser for the next time. */
export async function signOut(): Promise<void> {
  await Promise.all([commitDeletions(), flush()]); // afterwards nobody is signed in who may
  await pageRequest("/session", "DELETE");
  leave();
}

/** The session is over, by us or from elsewhere. */
export function leave(): void {
  running?.stop();
  forgetToken();
  navigate("/sign-in");
}

/** Starts from a fresh snapshot, once there is a session. */
export async function enter(): Promise<void> {
  forgetToken();
  start(await api<StateAnswer>("/state"));
  navigate(pathAfterSignIn());
}

/** Milliseconds between two tries to start, where the page came without a snapshot. */
const AGAIN = 3000;

/** Starts a page that somebody is signed in to but that could not carry the snapshot. Calls back when it stands. */
export async function resume(started: () => void): Promise<void> {
  try {
    start(await api<StateAnswer>("/state"));
    started();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) started();
    else setTimeout(() => void resume(started), AGAIN);
  }
}

export async function changeProfile(fields: Record<string, string>): Promise<void> {
  const user = await api<User>("/users/me", { method: "PATCH", body: fields });
  update((state) => withUsers(state, [user]));
}

/** A link with which one more person can sign up. */
export async function makeInvite(): Promise<string> {
  const { invite } = await post<{ invite: string }>("/invites");
  return `${location.origin}/sign-up?invite=${encodeURIComponent(invite)}`;
}

export const isAdministrator = (): boolean => me.value?.role === "administrator";
export const canSignUp = (invite: string | null): boolean =>
  installation.value.signup === "open" || (installation.value.signup === "invite" && invite !== null);
