import { installation } from "../state/store";
import { canSignUp, signUp, type SignUp as Person } from "../sync/account";
import { AuthPage } from "./AuthPage";
import { Field } from "./Field";
import { FormProblem } from "./FormProblem";
import { useForm } from "./useForm";

export function SignUp({ invite }: { invite: string | null }) {
  const form = useForm();
  const { fields, busy } = form;
  if (!canSignUp(invite)) {
    return (
      <AuthPage title="Accounts are by invitation" subtitle={`Ask somebody at ${installation.value.name} for an invitation link.`}>
        <a class="button is-full" href="/sign-in">
          Sign in instead
        </a>
      </AuthPage>
    );
  }
  const send = async (values: Record<string, string>): Promise<void> => {
    const { nickname = "", password = "", display_name = "" } = values;
    const person: Person = { nickname: nickname.trim(), password };
    if (display_name.trim() !== "") person.display_name = display_name.trim();
    if (invite !== null) person.invite = invite;
    await signUp(person);
  };
  return (
    <AuthPage title="Create your account" subtitle={`at ${installation.value.name}`}>
      <form class="form" method="post" action="/sign-up" {...form.sends(send)}>
        <FormProblem text={form.problem.value} />
        <Field label="Your name" name="display_name" longest={64} autocomplete="name" hint="As others see it. You can change it later." autofocus error={fields.value["display_name"]} />
        <Field label="Nickname" name="nickname" longest={32} autocomplete="username" autocapitalize="none" spellcheck={false} required hint="To sign in with, and for others to find you." error={fields.value["nickname"]} />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required minLength={8} hint="At least 8 characters." error={fields.value["password"]} />
        <button type="submit" class="button is-primary is-full" aria-disabled={busy.value}>
          {busy.value ? "Creating account…" : "Create account"}
        </button>
      </form>
      <p class="auth-other">
        Already have one? <a href="/sign-in">Sign in</a>
      </p>
    </AuthPage>
  );
}
