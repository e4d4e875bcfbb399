import { installation } from "../state/store";
import { signIn } from "../sync/account";
import { AuthPage } from "./AuthPage";
import { Field } from "./Field";
import { FormProblem } from "./FormProblem";
import { useForm } from "./useForm";

export function SignIn() {
  const form = useForm();
  return (
    <AuthPage title="Sign in" subtitle={`to ${installation.value.name}`}>
      <form class="form" method="post" action="/sign-in" {...form.sends(({ nickname = "", password = "" }) => signIn(nickname.trim(), password))}>
        <FormProblem text={form.problem.value} />
        <Field label="Nickname" name="nickname" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus error={form.fields.value["nickname"]} />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required error={form.fields.value["password"]} />
        <button type="submit" class="button is-primary is-full" aria-disabled={form.busy.value}>
          {form.busy.value ? "Signing in…" : "Sign in"}
        </button>
      </form>
      {installation.value.signup === "open" && (
        <p class="auth-other">
          New here? <a href="/sign-up">Create an account</a>
        </p>
      )}
      {installation.value.signup === "invite" && <p class="auth-other">New here? Ask for an invitation link.</p>}
    </AuthPage>
  );
}
